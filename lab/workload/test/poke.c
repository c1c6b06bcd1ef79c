// SPDX-License-Identifier: GPL-2.0-only
/*
 * poke PID BYTES COUNT
 * Changes COUNT bytes in the smallest writable anonymous mapping of a process that has at least BYTES: its image.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned long image_of(const char *pid, unsigned long at_least)
{
	unsigned long from, to, inode, best = 0, size = ~0ul;
	char path[64], line[512], modes[8];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, modes, &inode) == 4 && !inode &&
		    modes[1] == 'w' && to - from >= at_least && to - from < size)
			best = from, size = to - from;
	return best;
}

int main(int argc, char **argv)
{
	unsigned long at, count;
	char path[64];
	int fd;

	if (argc != 4 || !(at = image_of(argv[1], strtoul(argv[2], NULL, 10))))
		return 64;
	count = strtoul(argv[3], NULL, 10);
	snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
	fd = open(path, O_RDWR);
	for (unsigned long i = 0; i < count; i++) {
		off_t offset = (off_t)(at + 12345 + i * 70001);
		unsigned char byte;

		if (pread(fd, &byte, 1, offset) != 1)
			return 1;
		byte ^= 1;
		if (pwrite(fd, &byte, 1, offset) != 1)
			return 1;
	}
	return 0;
}

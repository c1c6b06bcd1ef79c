// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"

#include <stdlib.h>
#include <unistd.h>

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, linktype;
};

struct record_header {
	uint32_t seconds, nanoseconds, kept, length;
};

enum { LINKTYPE_ETHERNET = 1, BUFFER = 1 << 20 };

static void give_up(void)
{
	fprintf(stderr, "lockstep: stopping dump: %m\n");
	_exit(4);
}

FILE *capture_open(const char *path, uint32_t snaplen)
{
	struct file_header header = {0xa1b23c4d, 2, 4, 0, 0, snaplen, LINKTYPE_ETHERNET};
	FILE *file = fopen(path, "we");

	if (!file) give_up();
	setvbuf(file, NULL, _IOFBF, BUFFER);
	if (!fwrite(&header, sizeof(header), 1, file)) give_up();
	return file;
}

void capture_frame(FILE *file, uint32_t snaplen, uint64_t time, const uint8_t *bytes, uint32_t length)
{
	uint32_t kept = length < snaplen ? length : snaplen;
	struct record_header header = {(uint32_t)(time / 1000000000), (uint32_t)(time % 1000000000), kept, length};

	if (!fwrite(&header, sizeof(header), 1, file) || fwrite(bytes, 1, kept, file) != kept) give_up();
}

void capture_close(FILE *file)
{
	if (fclose(file)) give_up();
}

// SPDX-License-Identifier: GPL-2.0-only
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "machine.h"

#define OSXSAVE (1u << 27)

static uint64_t fingerprint(const void *data, size_t size) /* FNV-1a */
{
	const uint8_t *bytes = data;
	uint64_t hash = 0xcbf29ce484222325;

	while (size--)
		hash = (hash ^ *bytes++) * 0x100000001b3;
	return hash;
}

void machine_processor(struct cr_processor *processor)
{
	uint32_t a, b, c, d;

	memset(processor, 0, sizeof(*processor));
	__cpuid(1, a, b, c, d);
	processor->leaf1_ecx = c;
	processor->leaf1_edx = d;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		processor->leaf7_ebx = b;
		processor->leaf7_ecx = c;
		processor->leaf7_edx = d;
	}
	if (processor->leaf1_ecx & OSXSAVE) {
		__asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
		processor->xcr0 = (uint64_t)d << 32 | a;
	}
}

int machine_can_run(const struct cr_processor *image, const struct cr_processor *here)
{
	return !(image->leaf1_ecx & ~here->leaf1_ecx) && !(image->leaf1_edx & ~here->leaf1_edx) &&
	       !(image->leaf7_ebx & ~here->leaf7_ebx) && !(image->leaf7_ecx & ~here->leaf7_ecx) &&
	       !(image->leaf7_edx & ~here->leaf7_edx) && image->xcr0 == here->xcr0;
}

static uint64_t vdso_size(uint64_t start)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	uint64_t size = 0;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && from == start)
			size = to - from;
	if (maps)
		fclose(maps);
	return size;
}

uint64_t machine_vdso(void)
{
	uint64_t start = getauxval(AT_SYSINFO_EHDR);

	return start ? fingerprint((const void *)start, vdso_size(start)) : 0;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

void machine_clocks(struct cr_clocks *clocks)
{
	clocks->monotonic_ns = clock_ns(CLOCK_MONOTONIC);
	clocks->boottime_ns = clock_ns(CLOCK_BOOTTIME);
}

int machine_file(const char *path, __u64 *size, __u64 *print)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error = 0;
	struct stat status;
	char start[4096];
	ssize_t got;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) || (got = read(fd, start, sizeof(start))) < 0) {
		error = -errno;
	} else {
		*size = status.st_size;
		*print = fingerprint(start, got);
	}
	close(fd);
	return error;
}

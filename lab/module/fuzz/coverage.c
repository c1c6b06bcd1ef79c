// SPDX-License-Identifier: GPL-2.0-only
#include "coverage.h"

#include <fcntl.h>
#include <linux/kcov.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Program counters of one input; what does not fit is not seen. */
#define WORDS (256u << 10)
#define BUCKETS (1u << 18)

/* The first word counts the others. */
static uint64_t *trace;
static uint8_t buckets[BUCKETS / 8];
static uint32_t seen;

bool coverage_start(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	void *at;

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, WORDS))
		return false;
	at = mmap(NULL, WORDS * sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		return false;
	/* The descriptor stays open as long as the thread is traced. */
	trace = at;
	return true;
}

void coverage_begin(void)
{
	if (trace)
		__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

static bool mark(uint64_t what)
{
	uint32_t bucket = (what * 0x9e3779b97f4a7c15ull) >> 46;
	bool is_new = !(buckets[bucket / 8] & 1u << bucket % 8);

	buckets[bucket / 8] |= 1u << bucket % 8;
	seen += is_new;
	return is_new;
}

bool coverage_end(uint64_t outcome)
{
	uint64_t before = 0, count = trace ? __atomic_load_n(&trace[0], __ATOMIC_RELAXED) : 0;
	bool is_new = trace ? false : mark(outcome);

	for (uint64_t i = 1; i <= count; i++) {
		is_new |= mark(trace[i] ^ before << 1);
		before = trace[i];
	}
	return is_new;
}

uint32_t coverage_seen(void)
{
	return seen;
}

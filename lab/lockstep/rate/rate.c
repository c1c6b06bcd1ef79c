// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how fast the host's time-stamp counter counts, in kHz of CLOCK_MONOTONIC. An emulated machine on the real clock
 * reads this counter (QEMU: target/i386, cpus_get_elapsed_ticks), and its kernel would have to find out at boot how fast
 * it is, by a timer that is emulated as well: on a host that is busy at that moment the result is wrong by any factor.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define PERIOD_NS 200000000ull
#define TRIES 1000

struct sample {
	uint64_t count, ns;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Both at one instant: of many attempts the one in which least came in between. */
static struct sample take(void)
{
	struct sample best = { 0, 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = __rdtsc(), ns = now_ns(), after = __rdtsc();

		if (after - before >= least)
			continue;
		least = after - before;
		best = (struct sample){ before + least / 2, ns };
	}
	return best;
}

int main(void)
{
	struct sample from = take(), to;

	do
		to = take();
	while (to.ns - from.ns < PERIOD_NS);
	printf("%.0f\n", (double)(to.count - from.count) * 1e6 / (double)(to.ns - from.ns));
	return 0;
}

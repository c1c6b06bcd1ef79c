/* SPDX-License-Identifier: GPL-2.0-only */
/* Pseudo-random numbers: the same seed gives the same series everywhere. */
#ifndef TCPMIG_FUZZ_DICE_H
#define TCPMIG_FUZZ_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* splitmix64: every seed is good, also small ones next to each other. */
static inline uint64_t dice_roll(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* From 0 to below n; 0 of nothing. */
static inline uint32_t dice_below(struct dice *d, uint32_t n)
{
	return n ? dice_roll(d) % n : 0;
}

static inline bool dice_one_in(struct dice *d, uint32_t n)
{
	return !dice_below(d, n);
}

#endif

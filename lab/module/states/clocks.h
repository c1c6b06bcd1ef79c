/* SPDX-License-Identifier: GPL-2.0-only */
/* Which words of a state are points in time: they travel as the time since, or as the time until. */
#ifndef TCPMIG_STATES_CLOCKS_H
#define TCPMIG_STATES_CLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum clock_kind {
	CLOCK_AGE,   /* grows */
	CLOCK_LEFT,  /* shrinks */
	CLOCK_STAMP, /* a time stamp of RFC 7323 */
};

/* Of an age or a time-out: there was no such event, the timer does not run. */
#define CLOCK_NEVER UINT32_MAX

struct clock_word {
	enum clock_kind kind;
	uint32_t unit_us;
};

/* Of the word at this offset of an attribute's data, which may be several records one behind the other; or NULL. */
const struct clock_word *clock_at(unsigned int type, size_t offset);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_CLOCK_H
#define LOCKSTEP_CLOCK_H

#include <stdint.h>

#include "qemu.h"

/*
 * The lab's virtual time. A machine's own clock counts its instructions and is behind by as long as the machine stood
 * still; nothing outside clock.c knows that there are two.
 */

struct clock_timer {
	QEMUTimer timer;
	uint64_t at; /* ns, of the lab's time */
	struct clock_timer *next;
};

/** @return ns since the machines began */
uint64_t clock_now(void);

/** The timer must stay where it is. */
void clock_timer_init(struct clock_timer *, void (*)(void *), void *opaque);

/** @param at ns; what is over comes at once */
void clock_timer_set(struct clock_timer *, uint64_t at);

/** This machine's clock has stood for so many nanoseconds. */
void clock_stood(uint64_t ns);

#endif

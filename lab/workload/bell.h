/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bell that threads sleep on. All sleeps of the workload are relative: the kernel may be another one when a sleep
 * ends, with another CLOCK_MONOTONIC, and an absolute deadline of the old one could lie hours ahead.
 */
#ifndef BELL_H
#define BELL_H

#include <stdatomic.h>
#include <stdint.h>

struct bell {
	_Atomic uint32_t rings;
};

/* Wakes every sleeper. May be called from a signal handler. */
void bell_ring(struct bell *bell);

/* Read before looking at the condition that a ring announces. */
uint32_t bell_rings(struct bell *bell);

/* Sleeps until the bell has rung since RINGS was read, at most NS nanoseconds (BELL_FOREVER: no limit). May return
 * early; the caller looks at its condition again. */
#define BELL_FOREVER UINT64_MAX
void bell_wait(struct bell *bell, uint32_t rings, uint64_t ns);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token bucket. It holds at most 50 ms of credit: after a stall (a full socket, a migration, a host that stood still)
 * the sender catches up with no more than that. CLOCK_MONOTONIC may jump by any amount in either direction between
 * two calls: backward earns nothing, forward earns at most a full bucket.
 */
#ifndef PACE_H
#define PACE_H

#include <stddef.h>
#include <stdint.h>

struct pace {
	uint64_t rate;     /* bytes a second; 0: no limit */
	uint64_t quantum;  /* bytes sent at a time */
	uint64_t credit;   /* bytes times 10^9 */
	uint64_t last_ns;
};

#define PACE_CREDIT_NS 50000000ull
#define PACE_RATE_MAX 100000000000ull

/* RATE in bytes a second. A quantum is 1 ms of the rate, but at least 1,000 bytes and at most CHUNK. */
void pace_start(struct pace *pace, uint64_t rate, size_t chunk, uint64_t now_ns);

/* Nanoseconds until a quantum may be sent; 0: now. */
uint64_t pace_wait_ns(struct pace *pace, uint64_t now_ns);

/* BYTES were sent. */
void pace_spend(struct pace *pace, size_t bytes);

#endif

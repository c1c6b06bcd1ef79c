// SPDX-License-Identifier: GPL-2.0-only
#include "pace.h"

#include "monotonic.h"

#define QUANTUM_MIN 1000

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

void pace_start(struct pace *pace, uint64_t rate, size_t chunk, uint64_t now_ns)
{
	uint64_t quantum = rate ? rate / 1000 : chunk;

	if (quantum < QUANTUM_MIN)
		quantum = QUANTUM_MIN;
	*pace = (struct pace){ .rate = rate, .quantum = at_most(quantum, chunk), .last_ns = now_ns };
}

static uint64_t capacity(const struct pace *pace)
{
	uint64_t full = pace->rate * PACE_CREDIT_NS, one = pace->quantum * NS_PER_S;

	return full > one ? full : one;
}

uint64_t pace_wait_ns(struct pace *pace, uint64_t now_ns)
{
	uint64_t price = pace->quantum * NS_PER_S, earned_ns;

	if (!pace->rate)
		return 0;
	earned_ns = now_ns > pace->last_ns ? now_ns - pace->last_ns : 0;
	pace->last_ns = now_ns;
	/* A rate below 20,000 bytes a second takes longer than PACE_CREDIT_NS to earn a quantum. */
	earned_ns = at_most(earned_ns, capacity(pace) / pace->rate);
	pace->credit = at_most(pace->credit + earned_ns * pace->rate, capacity(pace));
	return pace->credit >= price ? 0 : (price - pace->credit + pace->rate - 1) / pace->rate;
}

void pace_spend(struct pace *pace, size_t bytes)
{
	uint64_t price = bytes * NS_PER_S;

	if (pace->rate)
		pace->credit -= at_most(price, pace->credit);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The token bucket on a clock made up here, which also jumps. */
#include "pace.h"

#include "monotonic.h"
#include "tap.h"

#define RATE 120000000ull
#define START (1000 * NS_PER_S)

/* Sends for NS of a steady clock, oversleeping each time; returns bytes. */
static uint64_t run(struct pace *pace, uint64_t *now_ns, uint64_t ns, uint64_t oversleep_ns)
{
	uint64_t end_ns = *now_ns + ns, bytes = 0, wait_ns;

	while (*now_ns < end_ns) {
		wait_ns = pace_wait_ns(pace, *now_ns);
		if (wait_ns) {
			*now_ns += wait_ns + oversleep_ns;
			continue;
		}
		pace_spend(pace, pace->quantum);
		bytes += pace->quantum;
	}
	return bytes;
}

/* What may be sent at once after the clock went from A to B. */
static uint64_t burst_after(uint64_t a, uint64_t b)
{
	struct pace pace;
	uint64_t bytes = 0;

	pace_start(&pace, RATE, 65536, a);
	while (!pace_wait_ns(&pace, b)) {
		pace_spend(&pace, pace.quantum);
		bytes += pace.quantum;
	}
	return bytes;
}

static bool near(uint64_t bytes, uint64_t wanted)
{
	return bytes > wanted - wanted / 100 && bytes < wanted + wanted / 100;
}

int main(void)
{
	const uint64_t full = RATE / 20;
	struct pace pace;
	uint64_t now_ns = START;

	pace_start(&pace, RATE, 65536, now_ns);
	tap_ok(near(run(&pace, &now_ns, 2 * NS_PER_S, 0), 2 * RATE), "the rate is held with exact sleeps");
	tap_ok(near(run(&pace, &now_ns, 2 * NS_PER_S, 3 * NS_PER_MS), 2 * RATE), "and when each takes 3 ms longer");
	tap_ok(burst_after(START, START + 3600 * NS_PER_S) <= full, "an hour's stall earns 50 ms at most");
	tap_ok(burst_after(START, UINT64_MAX) <= full, "a jump forward as far as it goes: the same");
	tap_ok(burst_after(START, 0) == 0, "a jump backward earns nothing");
	now_ns = 5;
	tap_ok(pace_wait_ns(&pace, now_ns) <= PACE_CREDIT_NS, "after it the wait is no longer than before");
	tap_ok(near(run(&pace, &now_ns, 2 * NS_PER_S, 0), 2 * RATE), "and the rate is held on the new clock");
	pace_start(&pace, 2000, 65536, now_ns);
	tap_ok(pace.quantum == 1000 && run(&pace, &now_ns, 60 * NS_PER_S + 1, 0) == 120000,
	       "2,000 bytes a second are sent by the thousand");
	pace_start(&pace, 0, 65536, now_ns);
	tap_ok(!pace_wait_ns(&pace, 0) && pace.quantum == 65536, "no rate, no wait");
	return tap_done();
}

// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"

#include <stdbool.h>

/* How far the lab's time is ahead of the machine's clock, ns. */
static uint64_t stood;
static struct clock_timer *timers;

static uint64_t own(void)
{
	return (uint64_t)qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

uint64_t clock_now(void)
{
	return own() + stood;
}

void clock_timer_init(struct clock_timer *timer, void (*call)(void *), void *opaque)
{
	timer_init_full(&timer->timer, NULL, QEMU_CLOCK_VIRTUAL, 1, 0, call, opaque);
	timer->next = timers;
	timers = timer;
}

void clock_timer_set(struct clock_timer *timer, uint64_t at)
{
	uint64_t now = own();

	timer->at = at;
	timer_mod_ns(&timer->timer, (int64_t)(at > now + stood ? at - stood : now));
}

void clock_stood(uint64_t ns)
{
	stood += ns;
	for (struct clock_timer *timer = timers; timer; timer = timer->next)
		if (timer->timer.expire_time >= 0) clock_timer_set(timer, timer->at);
}

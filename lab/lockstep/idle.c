// SPDX-License-Identifier: GPL-2.0-only
/*
 * With -icount sleep=off QEMU's main loop lets an idle machine's clock jump to its next timer
 * (accel/tcg/icount-common.c: icount_start_warp_timer). It may look at the moment when the processor has halted, but has
 * not yet accounted for its last instructions; the clock then goes too far by these. How often depends on the host.
 *
 * So the main loop may not decide. Before it looks, it leaves a piece of work with the processor's thread, which makes
 * the processor not idle; that thread does the work when it has accounted for everything, and lets the clock jump.
 */
#include "idle.h"

#include <stdbool.h>
#include <stdio.h>

#include "qemu.h"

/* Changed with QEMU's lock held. */
static bool left;

static void jump_if_idle(CPUState *cpu, run_on_cpu_data unused)
{
	(void)cpu, (void)unused;
	left = false;
	if (all_cpu_threads_idle()) icount_start_warp_timer();
}

static void leave_work(Notifier *notifier, void *data)
{
	(void)notifier, (void)data;
	CPUState *cpu = qemu_get_cpu(0);

	if (left || !cpu) return;
	left = true;
	async_run_on_cpu(cpu, jump_if_idle, (run_on_cpu_data){0});
}

void idle_watch(void)
{
	static Notifier before_looking = {.notify = leave_work};

	main_loop_poll_add_notifier(&before_looking);
}

void idle_missed(uint64_t late)
{
	fprintf(stderr, "lockstep: a timer came %lu ns late: not reproducible\n", late);
}

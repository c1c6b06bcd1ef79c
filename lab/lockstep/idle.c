// SPDX-License-Identifier: GPL-2.0-only
/*
 * With -icount sleep=off QEMU's main loop lets an idle machine's clock jump to its next timer
 * (accel/tcg/icount-common.c: icount_start_warp_timer). It may look at the moment when the processor has halted, but has
 * not yet accounted for its last instructions; the clock then goes too far by these. How often depends on the host.
 *
 * So the processor's thread does it, when it has accounted for everything and would sleep. The main loop has nothing
 * left to do: it looks a few times a second whether the process is asked to end, and may not let the clock jump then.
 *
 * For both the plugin stands before the C library (LD_PRELOAD, or the loader's --preload).
 */
#define _GNU_SOURCE
#include "idle.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "qemu.h"

static bool watching;
/* Changed with QEMU's lock held. */
static bool left;

static void nothing(CPUState *cpu, run_on_cpu_data unused)
{
	(void)cpu, (void)unused;
	left = false;
}

/* Before the main loop looks whether the processor is idle: work that waits for it makes that it is not. */
static void keep_busy(Notifier *notifier, void *data)
{
	(void)notifier, (void)data;
	CPUState *cpu = qemu_get_cpu(0);

	if (left || !cpu) return;
	left = true;
	async_run_on_cpu(cpu, nothing, (run_on_cpu_data){0});
}

/* Called with QEMU's lock held, by the processor's thread. @return false when no timer is set */
static bool jump(void)
{
	int64_t deadline = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);

	if (deadline > 0) {
		icount_start_warp_timer();
		deadline = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);
	}
	if (deadline != 0) return false;
	icount_handle_deadline();
	return true;
}

/* In place of the C library's: the processor's thread waits for work (accel/tcg/tcg-accel-ops-rr.c: rr_wait_io_event). */
EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	static int (*wait)(pthread_cond_t *, pthread_mutex_t *);

	if (watching && bql_locked() && qemu_in_vcpu_thread() && all_cpu_threads_idle() && jump()) return 0;
	if (!wait) wait = (int (*)(pthread_cond_t *, pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_cond_wait");
	return wait(condition, mutex);
}

/* In place of the C library's: the main loop would wake for every timer of the machine. */
EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	static const struct timespec at_once;
	static int (*wait)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);

	if (!wait) wait = (int (*)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))dlsym(RTLD_NEXT, "ppoll");
	if (!watching || gettid() != getpid()) return wait(fds, count, timeout, mask);
	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	return wait(fds, count, &at_once, mask);
}

void idle_watch(void)
{
	static Notifier before_looking = {.notify = keep_busy};

	main_loop_poll_add_notifier(&before_looking);
	watching = true;
}

void idle_missed(uint64_t late)
{
	fprintf(stderr, "lockstep: a timer came %lu ns late: not reproducible\n", late);
}

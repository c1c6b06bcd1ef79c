// SPDX-License-Identifier: GPL-2.0-only
#include "bell.h"

#include "monotonic.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

void bell_ring(struct bell *bell)
{
	int saved = errno;

	atomic_fetch_add(&bell->rings, 1);
	syscall(SYS_futex, &bell->rings, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	errno = saved;
}

uint32_t bell_rings(struct bell *bell)
{
	return atomic_load(&bell->rings);
}

void bell_wait(struct bell *bell, uint32_t rings, uint64_t ns)
{
	struct timespec limit = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };

	/* FUTEX_WAIT takes a relative time, unlike sem_timedwait and pthread_cond_timedwait. */
	syscall(SYS_futex, &bell->rings, FUTEX_WAIT_PRIVATE, rings, ns == BELL_FOREVER ? NULL : &limit, NULL, 0);
}

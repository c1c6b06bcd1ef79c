// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that blocks every signal (allocators' and databases' background threads do) would never gather. So the
 * functions that set a thread's mask leave the checkpoint's signal out. A direct system call still blocks it:
 * cr_checkpoint then refuses by the thread's number.
 */
#include <linux/signal.h>
#include "../wire/stream.h"
#include "syscalls.h"

#define EXPORT __attribute__((visibility("default")))

int *__errno_location(void);

static long change_mask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t without;

	if (!set)
		return SYS(rt_sigprocmask, how, 0, old, sizeof(*old));
	without = *set;
	if (how != SIG_UNBLOCK) /* 32 and 33 belong to the C library, which leaves them out too */
		without &= ~(1ul << (CR_SIGNAL - 1) | 3ul << 31);
	return SYS(rt_sigprocmask, how, &without, old, sizeof(*old));
}

EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return (int)-change_mask(how, set, old);
}

EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	long error = change_mask(how, set, old);

	if (!error)
		return 0;
	*__errno_location() = (int)-error;
	return -1;
}

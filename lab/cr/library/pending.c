// SPDX-License-Identifier: GPL-2.0-only
/* Signals that wait behind a mask: taken out of the queue here, queued again where the process goes on. */
#include <linux/fcntl.h>
#include "process.h"
#include "text.h"

/* Read with a small buffer of its own: every thread may be here at the same time. */
static uint64_t pending_mask(const char *key)
{
	char text[1536];
	int fd = SYS(open, "/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	long size = fd < 0 ? 0 : SYS(read, fd, text, sizeof(text) - 1);
	const char *at;

	if (fd >= 0)
		SYS(close, fd);
	text[size > 0 ? size : 0] = 0;
	at = text_find(text, key);
	return at ? text_hex(&at) : 0;
}

static void drain(uint64_t mask, int tid)
{
	struct __kernel_timespec now = { 0 };
	siginfo_t info;

	while (SYS(rt_sigtimedwait, &mask, &info, &now, sizeof(mask)) > 0) {
		uint32_t at = __atomic_fetch_add(&process.pending_count, 1, __ATOMIC_RELAXED);

		if (at >= CR_PENDING_MAX)
			continue;
		process.pending[at].tid = tid;
		memcpy(process.pending[at].info, &info, sizeof(process.pending[at].info));
	}
}

static uint64_t waiting(void)
{
	uint64_t mask = 0;

	SYS(rt_sigpending, &mask, sizeof(mask));
	return mask & ~(1ul << (CR_SIGNAL - 1));
}

void drain_private(int tid)
{
	uint64_t mask = waiting();

	if (mask)
		mask &= pending_mask("SigPnd:");
	if (mask)
		drain(mask, tid ? tid : process.pid);
}

void drain_shared(void)
{
	uint64_t mask = waiting();

	if (mask)
		drain(mask, 0);
}

void queue_pending(const struct cr_pending *pending, uint32_t count)
{
	for (uint32_t i = 0; i < count && i < CR_PENDING_MAX; i++) {
		const siginfo_t *info = (const void *)pending[i].info;

		if (pending[i].tid)
			SYS(rt_tgsigqueueinfo, process.pid, pending[i].tid, info->si_signo, info);
		else
			SYS(rt_sigqueueinfo, process.pid, info->si_signo, info);
	}
}

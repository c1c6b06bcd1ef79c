// SPDX-License-Identifier: GPL-2.0-only
/* A connection is taken out and called off, let go, or put back as a new socket. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "race.h"

#define ROOM (8u << 20)

static _Thread_local void *room;

static int session_open(void)
{
	return open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
}

static void before_freeze(int session, struct dice *d)
{
	struct tcpmig_flush f = { .timeout_ms = dice_below(d, 5) };
	uint32_t closed = dice_below(d, 2);

	if (dice_one_in(d, 3) && !ioctl(session, TCPMIG_IOC_WINDOW, &closed))
		did(window);
	if (dice_one_in(d, 3) && !ioctl(session, TCPMIG_IOC_FLUSH, &f))
		did(flushed);
}

/* In the place of what was committed: the tuple is free, unless another thread has been quicker. */
static void put_back(struct slot *s, const struct tcpmig_tuple *tuple, struct tcpmig_buffer state)
{
	struct tcpmig_capture c = { .tuple = *tuple };
	int session = session_open(), old;

	state.fd = -1;
	if (!ioctl(session, TCPMIG_IOC_CAPTURE, &c)) {
		did(captured);
		if (!ioctl(session, TCPMIG_IOC_SET, &state)) {
			did(built);
			if (!ioctl(session, TCPMIG_IOC_ACTIVATE))
				did(activated);
			old = atomic_exchange(&s->near, state.fd);
			if (old >= 0)
				close(old);
		}
	}
	close(session);
}

static void decide(struct slot *s, int session, const struct tcpmig_tuple *tuple, struct dice *d)
{
	struct tcpmig_buffer b = { .addr = (uintptr_t)room, .size = ROOM };
	bool got = !ioctl(session, TCPMIG_IOC_GET, &b);

	if (got)
		did(got);
	switch (dice_below(d, 3)) {
	case 0:
		if (!ioctl(session, TCPMIG_IOC_ABORT))
			did(aborted);
		break;
	case 1:
		did(let_go);
		break;
	default:
		if (got && !ioctl(session, TCPMIG_IOC_COMMIT)) {
			did(committed);
			put_back(s, tuple, b);
		}
	}
}

void move_one(struct dice *d)
{
	struct slot *s = any_slot(d);
	struct tcpmig_attach a = { .fd = atomic_load(&s->near) };
	int session = session_open();

	if (!room)
		room = malloc(ROOM);
	if (!ioctl(session, TCPMIG_IOC_ATTACH, &a)) {
		did(attached);
		before_freeze(session, d);
		if (!ioctl(session, TCPMIG_IOC_FREEZE)) {
			did(frozen);
			decide(s, session, &a.tuple, d);
		}
	}
	close(session);
	/* What was committed and not put back, or lost to another thread, is made anew. */
	if (dice_one_in(d, 16))
		slot_renew(s);
}

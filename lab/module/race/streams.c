// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <sys/socket.h>

#include "race.h"

static _Thread_local char piece[30000];

/* Both ends of a connection, as much as goes without waiting. */
void stream_one(struct dice *d)
{
	struct slot *s = any_slot(d);
	int ends[] = { atomic_load(&s->near), atomic_load(&s->far) };

	for (unsigned int i = 0; i < 2; i++) {
		if (send(ends[i], piece, 1 + dice_below(d, sizeof(piece)), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			did(sent);
		if (recv(ends[!i], piece, sizeof(piece), MSG_DONTWAIT) > 0)
			did(received);
	}
}

void renew_one(struct dice *d)
{
	/* Connections must also live long enough to be moved. */
	if (dice_one_in(d, 256))
		slot_renew(any_slot(d));
	else
		sched_yield();
}

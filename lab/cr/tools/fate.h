/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a hand-over: asked on one machine, told by the other. */
#ifndef CR_FATE_H
#define CR_FATE_H

#include "../library/channel.h"
#include "authenticate.h"

/* The seconds in which each step of asking must be done. */
#define ASK_S 5

/* Asks the cr_receiver at HOST:PORT; leaves the connection open in *channel for what may follow. 0 or -errno. */
int fate_ask(struct channel *channel, const char *where, const struct secret *secret, const struct cr_fate_ask *ask,
	     struct cr_fate_tell *tell);

/*
 * Tells, on an authenticated connection. A hand-over that is in doubt on both sides goes on over this connection: its end
 * is given to the frozen process. Nothing else is changed by asking, but that the fate of a dead process is written down.
 */
int fate_tell(struct channel *channel);

/* In the name of an origin whose process died when it had decided: commits, and waits for the answer. */
int commit_for_dead(struct channel *channel);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* CLOSE: nothing is left of a connection but what the program has not read. */
#include "situations.h"

static void close_unread(struct trial *t)
{
	last_ack_unread(t);
	t->peer.ack = t->seen.nxt;
	peer_ack(t);
	prove(t, CLOSE, 5000, 0, 0);
	t->node.ended = true;
	t->speaks[t->at] = false;
}

static void close_read(struct trial *t)
{
	last_ack(t);
	t->peer.ack = t->seen.nxt;
	peer_ack(t);
	prove(t, CLOSE, 0, 0, 0);
	t->node.ended = true;
	t->speaks[t->at] = false;
}

static void reset_unread(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 5000);
	acknowledged(t);
	peer_reset(t);
	prove(t, CLOSE, 5000, 0, 0);
	t->node.ended = true;
	t->speaks[t->at] = false;
}

const struct situation ended[] = {
	{ "close-unread", "both closed; data of the peer's is unread", .prepare = close_unread,
	  .finish = finish_nothing },
	{ "close-read", "both closed; the program has read to the end", .prepare = close_read,
	  .finish = finish_nothing },
	{ "close-reset-unread", "the peer sent a RST behind data that is unread", .prepare = reset_unread,
	  .finish = finish_nothing },
	{}
};

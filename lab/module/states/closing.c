// SPDX-License-Identifier: GPL-2.0-only
/* One side has closed, or both, and a program has the socket. */
#include "situations.h"

/* The peer has closed. */

static void close_wait_unread(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 5000);
	peer_fin(t);
	acknowledged(t);
	prove(t, CLOSE_WAIT, 5000, 0, 0);
}

static void close_wait_fin_unread(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 800);
	node_read(t, 800);
	peer_fin(t);
	acknowledged(t);
	prove(t, CLOSE_WAIT, 0, 0, 0);
}

void close_wait_read(struct trial *t)
{
	close_wait_unread(t);
	node_read_end(t);
	prove(t, CLOSE_WAIT, 0, 0, 0);
}

static void close_wait_full(struct trial *t)
{
	t->peer.window = 2 * (t->peer.offer.mss - 12);
	close_wait_unread(t);
	t->peer.acks = false;
	node_send(t, 6000);
	prove(t, CLOSE_WAIT, 5000, 6000, 6000 - t->peer.window);
}

/* The node has closed, and nothing of it is acknowledged. */

static void fin_wait_1(struct trial *t)
{
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 3000);
	node_shutdown(t);
	arrived(t);
	prove(t, FIN_WAIT1, 0, 3001, 0);
}

static void fin_wait_1_bare(struct trial *t)
{
	connection_accepted(t);
	t->peer.acks = false;
	node_shutdown(t);
	arrived(t);
	prove(t, FIN_WAIT1, 0, 1, 0);
}

static void fin_wait_1_unread(struct trial *t)
{
	fin_wait_1(t);
	peer_send(t, 2500);
	acknowledged(t);
	prove(t, FIN_WAIT1, 2500, 3001, 0);
}

/* The window closes with the acknowledgement of what filled it: an honest peer never takes back a window. */
void fill_window(struct trial *t)
{
	t->peer.acks = false;
	t->peer.window = 2 * (t->peer.offer.mss - 12);
	connection_accepted(t);
	node_send(t, t->peer.window);
	arrived(t);
	t->peer.window = 0;
	peer_ack_to(t, t->node.written);
}

static void fin_wait_1_unsent(struct trial *t)
{
	fill_window(t);
	node_send(t, 3000);
	node_shutdown(t);
	prove(t, FIN_WAIT1, 0, 3001, 3001);
}

static void fin_wait_1_fin_unsent(struct trial *t)
{
	fill_window(t);
	node_shutdown(t);
	prove(t, FIN_WAIT1, 0, 1, 1);
}

static void fin_is_acknowledged(struct trial *t)
{
	t->peer.ack = t->seen.nxt;
	peer_ack(t);
	foresee(t, FIN_WAIT2, t->proof.unread, 0, 0);
}

static void fin_wait_2(struct trial *t)
{
	connection_accepted(t);
	node_send(t, 3000);
	node_shutdown(t);
	arrived(t);
	prove(t, FIN_WAIT2, 0, 0, 0);
}

static void fin_wait_2_unread(struct trial *t)
{
	fin_wait_2(t);
	peer_send(t, 5000);
	acknowledged(t);
	prove(t, FIN_WAIT2, 5000, 0, 0);
}

static void fin_wait_2_out_of_order(struct trial *t)
{
	fin_wait_2(t);
	peer_send_ahead(t, 1000, 500, true);
	t->proof.out_of_order = 500;
	prove(t, FIN_WAIT2, 0, 0, 0);
}

/* Both have closed. */

static void closing_bare(struct trial *t)
{
	fin_wait_1(t);
	peer_fin(t);
	acknowledged(t);
	prove(t, CLOSING, 0, 3001, 0);
}

static void closing_unread(struct trial *t)
{
	fin_wait_1(t);
	peer_send(t, 5000);
	peer_fin(t);
	acknowledged(t);
	prove(t, CLOSING, 5000, 3001, 0);
}

void last_ack(struct trial *t)
{
	close_wait_read(t);
	t->peer.acks = false;
	node_send(t, 3000);
	node_shutdown(t);
	arrived(t);
	prove(t, LAST_ACK, 0, 3001, 0);
}

void last_ack_unread(struct trial *t)
{
	close_wait_unread(t);
	t->peer.acks = false;
	node_send(t, 3000);
	node_shutdown(t);
	arrived(t);
	prove(t, LAST_ACK, 5000, 3001, 0);
}

static void last_ack_unsent(struct trial *t)
{
	fill_window(t);
	peer_fin(t);
	node_read_end(t);
	node_send(t, 3000);
	node_shutdown(t);
	prove(t, LAST_ACK, 0, 3001, 3001);
}

/* The last acknowledgement ends the connection, and what the program has not read stays. */
static void finish_last_ack(struct trial *t)
{
	t->peer.acks = true;
	t->peer.ack = t->seen.nxt;
	peer_window(t, 60000);
	arrived(t);
	prove(t, CLOSE, peer_sent(t) - t->node.read, 0, 0);
	for (int m = 0; m < MACHINES; m++)
		prove_absent(t, m, false);
	finish_nothing(t);
}

const struct situation closing[] = {
	{ "close-wait-unread", "the peer has closed; its data and FIN are unread", .prepare = close_wait_unread },
	{ "close-wait-fin-unread", "only its FIN is unread", .prepare = close_wait_fin_unread },
	{ "close-wait-read", "the program has read to the end", .prepare = close_wait_read },
	{ "close-wait-full", "and it has data in flight and unsent", .prepare = close_wait_full },
	{ "fin-wait-1", "data and FIN sent, not acknowledged", .prepare = fin_wait_1 },
	{ "fin-wait-1-bare", "FIN alone sent, not acknowledged", .prepare = fin_wait_1_bare },
	{ "fin-wait-1-unread", "and data of the peer's unread", .prepare = fin_wait_1_unread },
	{ "fin-wait-1-unsent", "data and FIN behind a closed window", .prepare = fin_wait_1_unsent },
	{ "fin-wait-1-fin-unsent", "FIN alone behind a closed window", .prepare = fin_wait_1_fin_unsent },
	{ "fin-wait-1-acknowledged", "the peer acknowledges the FIN while it is frozen",
	  .prepare = fin_wait_1, .during = fin_is_acknowledged },
	{ "fin-wait-2", "FIN acknowledged, the peer may still send", .prepare = fin_wait_2 },
	{ "fin-wait-2-unread", "and has sent", .prepare = fin_wait_2_unread },
	{ "fin-wait-2-out-of-order", "data and FIN of the peer's beyond a hole", .prepare = fin_wait_2_out_of_order },
	{ "closing", "FINs have crossed", .prepare = closing_bare },
	{ "closing-unread", "and data of the peer's is unread", .prepare = closing_unread },
	{ "last-ack", "the peer closed first; our FIN is not acknowledged", .prepare = last_ack,
	  .finish = finish_last_ack },
	{ "last-ack-unread", "and data of the peer's is unread", .prepare = last_ack_unread,
	  .finish = finish_last_ack },
	{ "last-ack-unsent", "data and FIN behind a closed window", .prepare = last_ack_unsent,
	  .finish = finish_last_ack },
	{}
};

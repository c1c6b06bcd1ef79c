// SPDX-License-Identifier: GPL-2.0-only
/* The program has gone: what it wrote, and its FIN, is the kernel's to bring home. */
#include <linux/tcp.h>

#include "situations.h"

static void last_ack_orphan(struct trial *t)
{
	close_wait_read(t);
	t->peer.acks = false;
	node_send(t, 3000);
	node_close(t);
	arrived(t);
	prove(t, LAST_ACK, 0, 3001, 0);
}

static void fin_wait_1_orphan(struct trial *t)
{
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 3000);
	node_close(t);
	arrived(t);
	prove(t, FIN_WAIT1, 0, 3001, 0);
}

static void fin_wait_1_orphan_unsent(struct trial *t)
{
	fill_window(t);
	node_send(t, 3000);
	node_close(t);
	prove(t, FIN_WAIT1, 0, 3001, 3001);
}

static void last_ack_orphan_unsent(struct trial *t)
{
	fill_window(t);
	peer_fin(t);
	node_read_end(t);
	node_send(t, 3000);
	node_close(t);
	prove(t, LAST_ACK, 0, 3001, 3001);
}

static void closing_orphan(struct trial *t)
{
	fin_wait_1_orphan(t);
	peer_fin(t);
	acknowledged(t);
	/* The table counts the FIN as unread. */
	prove(t, CLOSING, 1, 3001, 0);
}

/* With TCP_LINGER2 above a minute the kernel keeps the socket for that long; else it makes it TIME_WAIT at once. */
static void fin_wait_2_orphan(struct trial *t)
{
	connection_accepted(t);
	node_set(t, IPPROTO_TCP, TCP_LINGER2, 110);
	node_send(t, 3000);
	node_close(t);
	arrived(t);
	prove(t, FIN_WAIT2, 0, 0, 0);
}

static void orphan_retransmits(struct trial *t)
{
	unsigned int from = t->seen.from[t->at];

	await(t, "a retransmission", t->seen.from[t->at] > from);
	finish(t);
}

const struct situation orphans[] = {
	{ "fin-wait-1-orphan", "no program has it; data and FIN not acknowledged", .prepare = fin_wait_1_orphan },
	{ "fin-wait-1-orphan-unsent", "no program has it; data and FIN behind a closed window",
	  .prepare = fin_wait_1_orphan_unsent },
	{ "fin-wait-1-orphan-again", "no program has it; the new machine's timer sends it again",
	  .prepare = fin_wait_1_orphan, .finish = orphan_retransmits },
	{ "fin-wait-2-orphan", "no program has it; it lingers (TCP_LINGER2)", .prepare = fin_wait_2_orphan },
	{ "closing-orphan", "no program has it; FINs have crossed", .prepare = closing_orphan },
	{ "last-ack-orphan", "no program has it; our FIN is not acknowledged", .prepare = last_ack_orphan },
	{ "last-ack-orphan-unsent", "no program has it; data and FIN behind a closed window",
	  .prepare = last_ack_orphan_unsent },
	{}
};

// SPDX-License-Identifier: GPL-2.0-only
/* Urgent data, RFC 9293 3.8.5 and RFC 6093. */
#include <linux/sockios.h>
#include <string.h>
#include <sys/socket.h>

#include "situations.h"

/* The byte at offset 1499 is urgent, in the middle of what is unread. */
static void in_pending(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 1000);
	t->node.urgent_at = 1499;
	peer_send_urgent(t, 500, 0);
	peer_send(t, 700);
	acknowledged(t);
	/* SIOCINQ counts up to the mark. */
	prove(t, ESTABLISHED, 1499, 0, 0);
}

static void in_taken(struct trial *t)
{
	in_pending(t);
	node_read_urgent(t);
	prove(t, ESTABLISHED, 1499, 0, 0);
}

static void at_mark(struct trial *t)
{
	in_pending(t);
	node_read(t, 1499);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void in_line(struct trial *t)
{
	connection_accepted(t);
	node_set(t, SOL_SOCKET, SO_OOBINLINE, 1);
	peer_send(t, 1000);
	peer_send_urgent(t, 500, 0);
	acknowledged(t);
	prove(t, ESTABLISHED, 1500, 0, 0);
}

/* The pointer is there, the byte is not. */
static void announced(struct trial *t)
{
	connection_accepted(t);
	t->node.urgent_at = 1299;
	peer_send_urgent(t, 1000, 300);
	acknowledged(t);
	prove(t, ESTABLISHED, 1000, 0, 0);
}

static void byte_comes(struct trial *t)
{
	peer_send(t, 400);
	acknowledged(t);
	node_read_urgent(t);
	finish(t);
}

static void read_urgent(struct trial *t)
{
	node_read_urgent(t);
	finish(t);
}

static void check_mark(struct trial *t)
{
	int at = 0;

	node_read(t, 1000);
	node_read(t, 499);
	call(t, OP_IOCTL, t->node.fd, SIOCATMARK, 0, 0, &at, sizeof(at));
	memcpy(&at, t->machines[t->at].out, sizeof(at));
	if (!at)
		fail(t, "the program is not at the mark");
	finish(t);
}

/* Its segment is in flight; the peer hears of it again only from a retransmission. */
static void out_unacknowledged(struct trial *t)
{
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 200);
	node_send_urgent(t, 100);
	settle(t);
	prove(t, ESTABLISHED, 0, t->node.written, t->node.written - (t->seen.nxt - t->node.isn - 1));
}

static void out_unsent(struct trial *t)
{
	fill_window(t);
	node_send_urgent(t, 300);
	prove(t, ESTABLISHED, 0, 300, 300);
}

/* Sent once more, or for the first time: with the pointer, by the machine that has it now. */
static void pointer_is_seen(struct trial *t)
{
	unsigned int before = t->seen.urgent[t->at];

	await(t, "an urgent pointer", t->seen.urgent[t->at] > before);
	finish(t);
}

static void pointer_when_open(struct trial *t)
{
	unsigned int before = t->seen.urgent[t->at];

	peer_window(t, 60000);
	await(t, "an urgent pointer", t->seen.urgent[t->at] > before);
	finish(t);
}

const struct situation urgent[] = {
	{ "urgent-pending", "an urgent byte unread among data unread", .prepare = in_pending, .finish = read_urgent },
	{ "urgent-taken", "the urgent byte read, the data before it not", .prepare = in_taken },
	{ "urgent-at-mark", "read up to the urgent byte", .prepare = at_mark, .finish = read_urgent },
	{ "urgent-in-line", "SO_OOBINLINE: among the data, with a mark", .prepare = in_line, .finish = check_mark },
	{ "urgent-announced", "the pointer has come, the byte not yet", .prepare = announced, .finish = byte_comes },
	{ "urgent-unacknowledged", "an urgent byte sent, not acknowledged", .prepare = out_unacknowledged,
	  .finish = pointer_is_seen },
	{ "urgent-unsent", "an urgent byte behind a closed window", .prepare = out_unsent,
	  .finish = pointer_when_open },
	{}
};

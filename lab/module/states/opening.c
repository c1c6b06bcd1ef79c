// SPDX-License-Identifier: GPL-2.0-only
/* SYN_SENT: the program has called connect, and waits for the peer. */
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "situations.h"

static void connecting(struct trial *t)
{
	if (t->node.fd < 0)
		node_socket(t);
	node_connect(t);
	prove(t, SYN_SENT, 0, 0, 0);
}

static void connecting_without_options(struct trial *t)
{
	t->peer.offer = (struct offer){ .mss = 536, .wscale = -1 };
	connecting(t);
}

/* The program learns by SO_ERROR how its connect ended. */
static int outcome(struct trial *t)
{
	int error, err = call(t, OP_GETSOCKOPT, t->node.fd, SOL_SOCKET, SO_ERROR, sizeof(int), NULL, 0);

	if (err < 0)
		fail(t, "SO_ERROR: %s", strerror(-err));
	memcpy(&error, t->machines[t->at].out, sizeof(error));
	return error;
}

static void connected(struct trial *t)
{
	if (t->peer.nxt == 0)
		peer_syn_ack(t);
	acknowledged(t);
	prove(t, ESTABLISHED, 0, 0, 0);
	if (outcome(t))
		fail(t, "connect ended with %s", strerror(outcome(t)));
	finish(t);
}

static void answered(struct trial *t)
{
	peer_syn_ack(t);
	foresee(t, ESTABLISHED, 0, 0, 0);
}

static void syn_is_sent_again(struct trial *t)
{
	unsigned int from = t->seen.from[t->at];

	await(t, "a SYN sent again", t->seen.from[t->at] > from);
	connected(t);
}

static void refused_by_peer(struct trial *t)
{
	t->peer.nxt = t->peer.ahead = t->peer.iss;
	t->peer.ack = t->seen.nxt;
	t->peer.window = 0;
	t->seen.edge = t->peer.iss;
	peer_reset(t);
	settle(t);
	if (outcome(t) != ECONNREFUSED)
		fail(t, "connect did not end with ECONNREFUSED");
	node_close(t);
}

/* What was written before the connection stood: not with TCP, which says so. */
static void with_options(struct trial *t)
{
	node_socket(t);
	node_set(t, SOL_SOCKET, SO_RCVBUF, 30000);
	node_set(t, IPPROTO_TCP, TCP_MAXSEG, 900);
	node_set(t, IPPROTO_TCP, TCP_SYNCNT, 3);
	connecting(t);
}

const struct situation opening[] = {
	{ "syn-sent", "the SYN is out; the peer answers after the move", .prepare = connecting, .finish = connected },
	{ "syn-sent-answered", "the peer's SYN, ACK comes while it is frozen",
	  .prepare = connecting, .during = answered, .finish = connected },
	{ "syn-sent-again", "the new machine's timer sends the SYN again",
	  .prepare = connecting, .finish = syn_is_sent_again },
	{ "syn-sent-refused", "the peer answers with a RST", .prepare = connecting, .finish = refused_by_peer },
	{ "syn-sent-without-options", "the peer knows no option but MSS",
	  .prepare = connecting_without_options, .finish = connected },
	{ "syn-sent-own-options", "receive buffer, MSS and number of attempts set",
	  .prepare = with_options, .finish = connected },
	{}
};

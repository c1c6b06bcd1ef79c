// SPDX-License-Identifier: GPL-2.0-only
/* Listening sockets, the handshakes under way at them, and connections that nobody has accepted yet. */
#include <errno.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include "situations.h"

static void listening(struct trial *t)
{
	node_listen(t);
	prove(t, LISTEN, 0, 0, 0);
}

static void listening_any(struct trial *t)
{
	t->node.any = true;
	listening(t);
}

/* What connections inherit, and what only a listening socket has. */
static void with_options(struct trial *t)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, SOL_SOCKET, SO_RCVBUF, 50000);
	node_set(t, SOL_SOCKET, SO_SNDBUF, 40000);
	node_set(t, SOL_SOCKET, SO_KEEPALIVE, 1);
	node_set(t, SOL_SOCKET, SO_REUSEADDR, 1);
	node_set(t, SOL_SOCKET, SO_PRIORITY, 3);
	node_set(t, IPPROTO_TCP, TCP_NODELAY, 1);
	node_set(t, IPPROTO_TCP, TCP_MAXSEG, 1000);
	node_set(t, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	node_set(t, IPPROTO_TCP, TCP_USER_TIMEOUT, 55000);
	node_set(t, IPPROTO_TCP, TCP_SAVE_SYN, 1);
	node_set(t, IPPROTO_TCP, TCP_WINDOW_CLAMP, 30000);
	t->node.fd = -1;
	prove(t, LISTEN, 0, 0, 0);
}

/* The SYN reaches both machines, and the one that has the socket then answers it. */
static void syn_arrives(struct trial *t)
{
	peer_syn_unanswered(t);
}

static void after_syn(struct trial *t)
{
	peer_syn_answered(t);
	peer_ack(t);
	node_accept(t);
	finish(t);
}

static void connect_and_finish(struct trial *t)
{
	connection_accepted(t);
	finish(t);
}

static void handshake(struct trial *t)
{
	node_listen(t);
	peer_syn_only(t);
	prove(t, SYN_RECV, 0, 0, 0);
}

static void handshake_any(struct trial *t)
{
	t->node.any = true;
	handshake(t);
}

static void handshake_without_options(struct trial *t)
{
	t->peer.offer = (struct offer){ .mss = 536, .wscale = -1 };
	handshake(t);
}

static void acknowledge(struct trial *t)
{
	peer_ack(t);
	node_accept(t);
	finish(t);
}

/* Called off, the origin has it in its accept queue; else the destination gets it there with ACTIVATE. */
static void is_acknowledged(struct trial *t)
{
	peer_ack(t);
	foresee(t, ESTABLISHED, 0, 0, 0);
}

static void is_acknowledged_with_data(struct trial *t)
{
	peer_ack(t);
	peer_send(t, 900);
	foresee(t, ESTABLISHED, 900, 0, 0);
}

static void accept_and_finish(struct trial *t)
{
	node_accept(t);
	finish(t);
}

static void syn_ack_is_sent_again(struct trial *t)
{
	unsigned int from = t->seen.from[t->at];

	await(t, "a SYN, ACK sent again", t->seen.from[t->at] > from);
	acknowledge(t);
}

/* The acknowledgement alone makes no connection, the first data does. */
static void deferred(struct trial *t)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	t->node.fd = -1;
	peer_syn_only(t);
	peer_ack(t);
	prove(t, SYN_RECV, 0, 0, 0);
}

static void data_and_finish(struct trial *t)
{
	peer_send(t, 900);
	acknowledged(t);
	accept_and_finish(t);
}

static void waiting(struct trial *t)
{
	node_listen(t);
	peer_syn(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void waiting_unread(struct trial *t)
{
	waiting(t);
	peer_send(t, 5000);
	acknowledged(t);
	prove(t, ESTABLISHED, 5000, 0, 0);
}

static void more_arrives(struct trial *t)
{
	peer_send(t, 2000);
	foresee(t, ESTABLISHED, t->proof.unread + 2000, 0, 0);
}

static void waiting_hole(struct trial *t)
{
	waiting(t);
	peer_send_ahead(t, 1000, 3000, false);
	settle(t);
	t->proof.out_of_order = 3000;
	prove(t, ESTABLISHED, 0, 0, 0);
}

/* The table counts the FIN as unread. */
static void waiting_closed(struct trial *t)
{
	waiting(t);
	peer_send(t, 5000);
	peer_fin(t);
	acknowledged(t);
	prove(t, CLOSE_WAIT, 5001, 0, 0);
}

/* 1: from the network's header on, 2: all of it, which is the same here. */
static void keep_syns(struct trial *t, int how)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, IPPROTO_TCP, TCP_SAVE_SYN, how);
	t->node.fd = -1;
}

static void handshake_saved_syn(struct trial *t)
{
	keep_syns(t, 2);
	peer_syn_only(t);
	prove(t, SYN_RECV, 0, 0, 0);
}

static void waiting_saved_syn(struct trial *t)
{
	keep_syns(t, 1);
	peer_syn(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void accept_and_ask(struct trial *t)
{
	node_accept(t);
	node_read_saved_syn(t);
	finish(t);
}

static void acknowledge_and_ask(struct trial *t)
{
	peer_ack(t);
	accept_and_ask(t);
}

const struct situation listens[] = {
	{ "listening", "nobody has come; the peer connects after the move",
	  .listens = true, .prepare = listening, .finish = connect_and_finish },
	{ "listening-any", "at 0.0.0.0, ::, or :: for IPv4",
	  .listens = true, .prepare = listening_any, .finish = connect_and_finish },
	{ "listening-options", "what connections inherit is set",
	  .listens = true, .prepare = with_options, .finish = connect_and_finish },
	{ "listening-syn", "a SYN comes while it is frozen",
	  .listens = true, .prepare = listening, .during = syn_arrives, .finish = after_syn },
	{ "handshake", "the SYN is answered; the peer acknowledges after the move",
	  .listens = true, .prepare = handshake, .finish = acknowledge },
	{ "handshake-any", "the same at every address",
	  .listens = true, .prepare = handshake_any, .finish = acknowledge },
	{ "handshake-without-options", "the peer knows no option but MSS",
	  .listens = true, .prepare = handshake_without_options, .finish = acknowledge },
	{ "handshake-acknowledged", "the peer acknowledges while it is frozen",
	  .listens = true, .prepare = handshake, .during = is_acknowledged, .finish = accept_and_finish },
	{ "handshake-data", "and sends data as well",
	  .listens = true, .prepare = handshake, .during = is_acknowledged_with_data, .finish = accept_and_finish },
	{ "handshake-again", "the new machine's timer sends the SYN, ACK again",
	  .listens = true, .prepare = handshake, .finish = syn_ack_is_sent_again },
	{ "handshake-deferred", "acknowledged, and waits for data (TCP_DEFER_ACCEPT)",
	  .listens = true, .prepare = deferred, .finish = data_and_finish },
	{ "handshake-saved-syn", "the program wants to see the SYN (TCP_SAVE_SYN)",
	  .listens = true, .prepare = handshake_saved_syn, .finish = acknowledge_and_ask },
	{ "waiting-saved-syn", "likewise, of a connection that nobody has accepted",
	  .listens = true, .prepare = waiting_saved_syn, .finish = accept_and_ask },
	{ "waiting", "a connection that nobody has accepted",
	  .listens = true, .prepare = waiting, .finish = accept_and_finish },
	{ "waiting-unread", "and that has received data",
	  .listens = true, .prepare = waiting_unread, .finish = accept_and_finish },
	{ "waiting-more-arrives", "and receives more while it is frozen",
	  .listens = true, .prepare = waiting_unread, .during = more_arrives, .finish = accept_and_finish },
	{ "waiting-hole", "and that has a hole in what it received",
	  .listens = true, .prepare = waiting_hole, .finish = accept_and_finish },
	{ "waiting-closed", "the peer has closed it already",
	  .listens = true, .prepare = waiting_closed, .finish = accept_and_finish },
	{}
};

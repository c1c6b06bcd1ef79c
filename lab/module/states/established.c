// SPDX-License-Identifier: GPL-2.0-only
/* ESTABLISHED, with each queue empty and full. */
#include <linux/tcp.h>
#include <sys/socket.h>

#include "situations.h"

static void idle(struct trial *t)
{
	connection_accepted(t);
	node_send(t, 700);
	arrived(t);
	peer_send(t, 900);
	node_read(t, 900);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void opened_by_node(struct trial *t)
{
	connection_opened(t);
	node_send(t, 700);
	arrived(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void untouched(struct trial *t)
{
	connection_accepted(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void unread(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 5000);
	acknowledged(t);
	prove(t, ESTABLISHED, 5000, 0, 0);
}

static void unread_in_part(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 5000);
	node_read(t, 1234);
	acknowledged(t);
	prove(t, ESTABLISHED, 5000 - 1234, 0, 0);
}

static void more_arrives(struct trial *t)
{
	peer_send(t, 2000);
	foresee(t, ESTABLISHED, t->proof.unread + 2000, 0, 0);
}

/* The peer keeps silent about what arrives. */
static void unacknowledged(struct trial *t)
{
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 5000);
	arrived(t);
	prove(t, ESTABLISHED, 0, 5000, 0);
}

static void part_is_acknowledged(struct trial *t)
{
	uint32_t part = 2 * segment_payload(t);

	peer_ack_to(t, part);
	foresee(t, ESTABLISHED, 0, 5000 - part, 0);
}

static void all_is_acknowledged(struct trial *t)
{
	peer_ack_to(t, 5000);
	foresee(t, ESTABLISHED, 0, 0, 0);
}

/* Longer than the retransmission time-out, of 200 ms at least: nothing may be sent again by anyone. */
static void timers_would_run_out(struct trial *t)
{
	let_pass_ms(t, 600);
}

static void unacknowledged_is_sent_again(struct trial *t)
{
	unsigned int from = t->seen.from[t->at];

	await(t, "a retransmission", t->seen.from[t->at] > from);
	finish(t);
}

static void zero_window(struct trial *t)
{
	fill_window(t);
	node_send(t, 5000);
	prove(t, ESTABLISHED, 0, 5000, 5000);
}

static void window_opens(struct trial *t)
{
	peer_window(t, 2 * segment_payload(t));
	foresee(t, ESTABLISHED, 0, 5000, 5000 - 2 * segment_payload(t));
}

static void small_window(struct trial *t)
{
	uint32_t room;

	t->peer.acks = false;
	t->peer.window = 2 * (t->peer.offer.mss - 12);
	connection_accepted(t);
	room = t->peer.window;
	node_send(t, 9000);
	prove(t, ESTABLISHED, 0, 9000, 9000 - room);
}

/* Unread up to a hole, out of order behind it as far as the window goes; in flight, and unsent until nothing more fits. */
static void all_full(struct trial *t)
{
	uint32_t room, unread;

	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, SOL_SOCKET, SO_RCVBUF, 65536);
	node_set(t, SOL_SOCKET, SO_SNDBUF, 65536);
	t->node.fd = -1;
	/* Less than the first congestion window (RFC 6928): the peer's window is the limit. */
	t->peer.window = 8 * (t->peer.offer.mss - 12);
	connection_accepted(t);
	unread = 8000;
	peer_send(t, unread);
	acknowledged(t);
	room = t->seen.edge - t->seen.acked - 1000;
	peer_send_ahead(t, 1000, room, false);
	settle(t);
	t->proof.out_of_order = room;
	t->peer.acks = false;
	node_send_all(t);
	settle(t);
	prove(t, ESTABLISHED, unread, t->node.written, t->node.written - (t->seen.nxt - t->node.isn - 1));
}

static void own_buffers(struct trial *t)
{
	connection_accepted(t);
	node_set(t, SOL_SOCKET, SO_RCVBUF, 40000);
	node_set(t, SOL_SOCKET, SO_SNDBUF, 30000);
	peer_send(t, 3000);
	t->peer.acks = false;
	node_send(t, 3000);
	arrived(t);
	prove(t, ESTABLISHED, 3000, 3000, 0);
}

/* RFC 793 alone: no scaling, no timestamps, no selective acknowledgements. */
static void without_options(struct trial *t)
{
	t->peer.offer = (struct offer){ .mss = 536, .wscale = -1 };
	unread(t);
	t->peer.acks = false;
	node_send(t, 3000);
	prove(t, ESTABLISHED, 5000, 3000, 0);
}

static void without_stamps(struct trial *t)
{
	t->peer.offer.stamps = false;
	unread(t);
}

static void without_scale(struct trial *t)
{
	t->peer.offer.wscale = -1;
	unread(t);
}

/* What is held back is sent after a time-out all the same: on a slow machine that must not be too soon. */
#define LATENCY_MS 300

static void corked(struct trial *t)
{
	t->peer.latency_ms = LATENCY_MS;
	connection_accepted(t);
	node_set(t, IPPROTO_TCP, TCP_CORK, 1);
	node_send(t, 300);
	prove(t, ESTABLISHED, 0, 300, 300);
}

static void uncork(struct trial *t)
{
	node_set(t, IPPROTO_TCP, TCP_CORK, 0);
	finish(t);
}

/* Nagle, RFC 9293 3.7.4: a small segment waits for the acknowledgement of another. */
static void held_by_nagle(struct trial *t)
{
	t->peer.latency_ms = LATENCY_MS;
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 100);
	arrived(t);
	node_send(t, 200);
	prove(t, ESTABLISHED, 0, 300, 200);
}

const struct situation established[] = {
	{ "established-idle", "nothing under way, both directions used",
	  .prepare = idle },
	{ "established-opened-by-node", "the node has connected",
	  .prepare = opened_by_node },
	{ "established-untouched", "no byte has been sent",
	  .prepare = untouched },
	{ "established-unread", "data that the program has not read",
	  .prepare = unread },
	{ "established-unread-in-part", "the program has read some of it",
	  .prepare = unread_in_part },
	{ "established-unread-more-arrives", "and more arrives while it is frozen",
	  .prepare = unread, .during = more_arrives },
	{ "established-unacknowledged", "data that the peer has not acknowledged",
	  .prepare = unacknowledged },
	{ "established-acknowledged-in-part", "the peer acknowledges some of it while it is frozen",
	  .prepare = unacknowledged, .during = part_is_acknowledged },
	{ "established-acknowledged", "the peer acknowledges all of it while it is frozen",
	  .prepare = unacknowledged, .during = all_is_acknowledged },
	{ "established-time-out", "it is frozen for longer than its time-out",
	  .prepare = unacknowledged, .during = timers_would_run_out },
	{ "established-retransmission", "the new machine's timer sends it again",
	  .prepare = unacknowledged, .finish = unacknowledged_is_sent_again },
	{ "established-zero-window", "unsent data before a closed window",
	  .prepare = zero_window },
	{ "established-zero-window-frozen", "frozen for longer than the window's probe timer",
	  .prepare = zero_window, .during = timers_would_run_out },
	{ "established-window-opens", "the window opens while it is frozen",
	  .prepare = zero_window, .during = window_opens },
	{ "established-small-window", "some sent, some before the window's edge",
	  .prepare = small_window },
	{ "established-all-full", "every queue full",
	  .prepare = all_full },
	{ "established-own-buffers", "SO_RCVBUF and SO_SNDBUF set",
	  .prepare = own_buffers },
	{ "established-without-options", "the peer knows no option but MSS",
	  .prepare = without_options },
	{ "established-without-timestamps", "no RFC 7323 timestamps",
	  .prepare = without_stamps },
	{ "established-without-scaling", "no window scaling",
	  .prepare = without_scale },
	{ "established-corked", "TCP_CORK holds data back",
	  .prepare = corked, .finish = uncork },
	{ "established-nagle", "Nagle's algorithm holds data back",
	  .prepare = held_by_nagle },
	{}
};

// SPDX-License-Identifier: GPL-2.0-only
/* Segments that have not arrived while later ones have: at the node, and at the peer. */
#include "situations.h"

static void out_of_order(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 1000);
	peer_send_ahead(t, 1000, 2000, false);
	acknowledged(t);
	t->proof.out_of_order = 2000;
	prove(t, ESTABLISHED, 1000, 0, 0);
}

static void out_of_order_in_pieces(struct trial *t)
{
	connection_accepted(t);
	peer_send_ahead(t, 500, 100, false);
	peer_send_ahead(t, 1, 2000, false);
	peer_send_ahead(t, 3000, 1, false);
	t->proof.out_of_order = 2101;
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void out_of_order_fin(struct trial *t)
{
	connection_accepted(t);
	peer_send_ahead(t, 1000, 500, true);
	t->proof.out_of_order = 500;
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void out_of_order_fin_alone(struct trial *t)
{
	connection_accepted(t);
	peer_send_ahead(t, 1000, 0, true);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void hole_is_filled(struct trial *t)
{
	uint32_t all = t->peer.ahead - t->peer.iss - 1;

	peer_fill(t);
	foresee(t, ESTABLISHED, all, 0, 0);
	t->proof.out_of_order = 0;
}

/* Segments 3 to 6 of 8 have arrived: the first two are sent again at once (RFC 6675), by the old machine. */
static void sacked(struct trial *t)
{
	uint32_t one;

	connection_accepted(t);
	one = segment_payload(t);
	t->peer.acks = false;
	node_send(t, 8 * one);
	arrived(t);
	peer_sack(t, 2 * one, 6 * one);
	settle(t);
	t->proof.sacked = 4;
	prove(t, ESTABLISHED, 0, 8 * one, 0);
}

/* The new machine knows what it need not send. */
static void sacked_is_not_sent_again(struct trial *t)
{
	unsigned int worked = t->seen.worked;

	await(t, "a retransmission", t->seen.worked > worked + 1);
	finish(t);
}

static void more_is_sacked(struct trial *t)
{
	uint32_t one = segment_payload(t);

	peer_sack(t, 2 * one, 8 * one);
	t->proof.sacked = 6;
}

const struct situation holes[] = {
	{ "established-out-of-order", "data beyond a hole",
	  .prepare = out_of_order },
	{ "established-out-of-order-pieces", "three pieces beyond holes",
	  .prepare = out_of_order_in_pieces },
	{ "established-out-of-order-filled", "the holes are filled while it is frozen",
	  .prepare = out_of_order_in_pieces, .during = hole_is_filled },
	{ "established-out-of-order-fin", "data and a FIN beyond a hole",
	  .prepare = out_of_order_fin },
	{ "established-out-of-order-fin-alone", "a FIN without data beyond a hole",
	  .prepare = out_of_order_fin_alone },
	{ "established-sacked", "some of what is in flight is acknowledged selectively, the rest is lost",
	  .prepare = sacked },
	{ "established-sacked-again", "the new machine's timer sends only what is lost",
	  .prepare = sacked, .finish = sacked_is_not_sent_again },
	{ "established-sacked-more", "more is acknowledged selectively while it is frozen",
	  .prepare = sacked, .during = more_is_sacked },
	{}
};

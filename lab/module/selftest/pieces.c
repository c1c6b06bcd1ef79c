// SPDX-License-Identifier: GPL-2.0-only
/* Pieces beyond RCV.NXT that cannot be, and SACK blocks of what is not there. */
#include <string.h>

#include "tamper.h"

/* A piece beyond RCV.NXT, as a nest of up to five attributes. */
struct nest {
	uint8_t bytes[256];
	size_t len;
};

static void nest_add(struct nest *n, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr a = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	memcpy(n->bytes + n->len, &a, sizeof(a));
	memcpy(n->bytes + n->len + NLA_HDRLEN, data, len);
	n->len += NLA_HDRLEN + NLA_ALIGN(len);
}

static void attempt_nest(struct trial *t, const struct state *s, const struct nest *n, enum expectation e,
			 const char *what)
{
	struct state changed = state_copy(s, NLA_HDRLEN + sizeof(n->bytes));

	attribute_insert(&changed, s->size, TCPMIG_A_OFO | NLA_F_NESTED, n->bytes, n->len);
	trial_attempt(t, &changed, e, what, TCPMIG_A_OFO);
	state_free(&changed);
}

static struct nest piece_with(uint32_t seq, uint16_t len, uint8_t fin)
{
	static const uint8_t data[64];
	struct nest n = {};

	nest_add(&n, TCPMIG_A_OFO_SEQ, &seq, sizeof(seq));
	nest_add(&n, TCPMIG_A_OFO_FIN, &fin, sizeof(fin));
	nest_add(&n, TCPMIG_A_OFO_DATA, data, len);
	return n;
}

static struct nest piece(uint32_t seq, uint16_t len)
{
	return piece_with(seq, len, 0);
}

static void attempt_piece(struct trial *t, const struct state *s, uint32_t seq, uint16_t len, enum expectation e,
			  const char *what)
{
	struct nest n = piece(seq, len);

	attempt_nest(t, s, &n, e, what);
}

static void try_nests(struct trial *t, const struct state *s, uint32_t seq)
{
	static const uint16_t lengths[] = { 0, 3, 7, 9, 0xffff };
	struct nest n = {}, whole = piece(seq, 10);

	attempt_nest(t, s, &n, REFUSED, "empty nest");
	nest_add(&n, TCPMIG_A_OFO_SEQ, &seq, sizeof(seq));
	attempt_nest(t, s, &n, REFUSED, "no data");
	nest_add(&n, TCPMIG_A_OFO_SEQ, &seq, sizeof(seq));
	nest_add(&n, TCPMIG_A_OFO_DATA, &seq, sizeof(seq));
	attempt_nest(t, s, &n, REFUSED, "two sequence numbers");
	n = whole;
	nest_add(&n, TCPMIG_A_OFO_DATA, &seq, sizeof(seq));
	attempt_nest(t, s, &n, REFUSED, "two pieces");
	n = whole;
	nest_add(&n, TCPMIG_A_CWND, &seq, sizeof(seq));
	attempt_nest(t, s, &n, REFUSED, "a stranger in the nest");
	n = whole;
	n.len -= 8;
	attempt_nest(t, s, &n, REFUSED, "data over the nest's end");
	n = whole;
	n.len += 3;
	attempt_nest(t, s, &n, REFUSED, "bytes behind the data");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		n = whole;
		memcpy(n.bytes, &lengths[i], sizeof(lengths[i]));
		attempt_nest(t, s, &n, REFUSED, "inner header");
	}
}

unsigned int try_ofo(const struct state *s)
{
	uint32_t rcv_nxt = value_get(s, TCPMIG_A_RCV_NXT), end = rcv_nxt + value_get(s, TCPMIG_A_RCV_WND);
	struct trial t = trial_begin("out-of-order", s);

	attempt_piece(&t, s, rcv_nxt + 1, 10, TAKEN, "a gap of a byte");
	attempt_piece(&t, s, rcv_nxt, 10, REFUSED, "no gap");
	attempt_piece(&t, s, rcv_nxt - 5, 10, REFUSED, "over RCV.NXT");
	attempt_piece(&t, s, rcv_nxt + (1u << 31), 10, REFUSED, "half a sequence space away");
	/* A peer may send a little more than it was allowed to. */
	attempt_piece(&t, s, end + (64 << 10) - 9, 10, REFUSED, "beyond the window");
	attempt_piece(&t, s, rcv_nxt + 1, 0, REFUSED, "no bytes");
	try_nests(&t, s, rcv_nxt + 1000);
	return trial_end(&t);
}

/* Up to two pieces, and what the SACK blocks say of them; lengths of 0 are none. */
struct report {
	struct { uint32_t seq; uint16_t len; uint8_t fin; } piece[2];
	struct { uint32_t from, to; } block[4];
};

static void attempt_report(struct trial *t, const struct state *s, struct report r, uint8_t blocks, enum expectation e,
			   const char *what)
{
	struct state changed = state_copy(s, 2 * (NLA_HDRLEN + sizeof(((struct nest *)0)->bytes)));

	for (size_t i = 0; i < 2; i++) {
		struct nest n = piece_with(r.piece[i].seq, r.piece[i].len, r.piece[i].fin);

		if (r.piece[i].len)
			attribute_insert(&changed, changed.size, TCPMIG_A_OFO | NLA_F_NESTED, n.bytes, n.len);
	}
	value_set(&changed, TCPMIG_A_SACKS, blocks);
	memcpy(attribute_data(&changed, attribute_find(&changed, TCPMIG_A_SACK_BLOCKS)), r.block, sizeof(r.block));
	trial_attempt(t, &changed, e, what, TCPMIG_A_SACK_BLOCKS);
	state_free(&changed);
}

/* Of ten bytes behind a gap, and of others. The kernel counts on it that blocks are of bytes it has (tcp_sack_remove). */
unsigned int try_sacks(const struct state *s)
{
	uint32_t nxt = value_get(s, TCPMIG_A_RCV_NXT), at = nxt + 100;
	struct trial t = trial_begin("sack", s);

#define REPORT(e, blocks, what, ...) attempt_report(&t, s, (struct report){ __VA_ARGS__ }, blocks, e, what)
	REPORT(TAKEN, 1, "a block and its bytes", { { at, 10, 0 } }, { { at, at + 10 } });
	REPORT(TAKEN, 1, "a block of some of them", { { at, 10, 0 } }, { { at + 1, at + 9 } });
	REPORT(TAKEN, 1, "a block of two pieces", { { at, 10, 0 }, { at + 10, 10, 0 } }, { { at, at + 20 } });
	REPORT(TAKEN, 2, "two blocks, the last first", { { at, 10, 0 }, { at + 20, 10, 0 } },
	       { { at + 20, at + 30 }, { at, at + 10 } });
	REPORT(TAKEN, 1, "a block with a FIN", { { at, 10, 1 } }, { { at, at + 11 } });
	REPORT(TAKEN, 0, "no block, for what it may say", { { at, 10, 0 } }, { { nxt - 5, at + 20 } });
	REPORT(REFUSED, 1, "a block of nothing", { { } }, { { at, at + 10 } });
	REPORT(REFUSED, 1, "a block that begins too early", { { at, 10, 0 } }, { { at - 1, at + 10 } });
	REPORT(REFUSED, 1, "a block that ends too late", { { at, 10, 0 } }, { { at, at + 11 } });
	REPORT(REFUSED, 1, "a block over a gap", { { at, 10, 0 }, { at + 11, 10, 0 } }, { { at, at + 21 } });
	REPORT(REFUSED, 1, "a block that begins with what was received", { { at, 10, 0 } }, { { nxt - 5, at + 10 } });
	REPORT(REFUSED, 1, "an empty block", { { at, 10, 0 } }, { { at + 5, at + 5 } });
	REPORT(REFUSED, 1, "a block inside out", { { at, 10, 0 } }, { { at + 10, at } });
	REPORT(REFUSED, 2, "one block too many", { { at, 10, 0 } }, { { at, at + 10 }, { at + 20, at + 30 } });
	REPORT(REFUSED, 4, "three blocks of nothing", { { at, 10, 0 } }, { { at, at + 10 } });
#undef REPORT
	return trial_end(&t);
}

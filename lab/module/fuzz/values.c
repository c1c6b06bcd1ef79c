// SPDX-License-Identifier: GPL-2.0-only
/* Scalars: by their ranges, by each other, and sequence numbers that all move together. */
#include <netinet/tcp.h>
#include <string.h>

#include "mutate.h"

/* Where each space of sequence numbers has its numbers. */
static const uint16_t receive_space[] = {
	TCPMIG_A_RCV_NXT, TCPMIG_A_COPIED_SEQ, TCPMIG_A_RCV_WUP, TCPMIG_A_SND_WL1, TCPMIG_A_URG_SEQ, TCPMIG_A_RCVQ_SEQ,
	TCPMIG_A_RCV_RTT_SEQ, TCPMIG_A_RCV_MWND_SEQ,
};
static const uint16_t send_space[] = {
	TCPMIG_A_SND_UNA, TCPMIG_A_SND_NXT, TCPMIG_A_WRITE_SEQ, TCPMIG_A_SND_SML, TCPMIG_A_PUSHED_SEQ, TCPMIG_A_SND_UP,
	TCPMIG_A_RTT_SEQ, TCPMIG_A_HIGH_SEQ, TCPMIG_A_UNDO_MARKER, TCPMIG_A_TLP_HIGH_SEQ, TCPMIG_A_RACK_END_SEQ,
	TCPMIG_A_CWND_USAGE_SEQ, TCPMIG_A_CUBIC_END_SEQ,
};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Attributes that belong together, by their first and their last. */
static const struct {
	uint16_t first, last;
} groups[] = {
	{ TCPMIG_A_SND_UP, TCPMIG_A_URG_SEQ }, { TCPMIG_A_SND_WND, TCPMIG_A_RCV_MWND_SEQ },
	{ TCPMIG_A_WSCALE_OK, TCPMIG_A_ECN_FLAGS }, { TCPMIG_A_TSVAL, TCPMIG_A_RCV_RTT_TSECR },
	{ TCPMIG_A_SRTT_US, TCPMIG_A_RETRANSMITS }, { TCPMIG_A_TIMER, TCPMIG_A_ACK_RCV_MSS },
	{ TCPMIG_A_CA_STATE, TCPMIG_A_RACK_ADVANCED }, { TCPMIG_A_DELIVERED, TCPMIG_A_RATE_APP_LIMITED },
	{ TCPMIG_A_SACKS, TCPMIG_A_DSACK_BLOCK }, { TCPMIG_A_CA_NAME, TCPMIG_A_BBR_EXTRA_INDEX },
	{ TCPMIG_A_RCVBUF, TCPMIG_A_AUTOFLOWLABEL }, { TCPMIG_A_BYTES_SENT, TCPMIG_A_TOTAL_RETRANS },
};

static const struct range *range_of(uint16_t type)
{
	for (size_t i = 0; i < ranges_count; i++)
		if (ranges[i].type == type)
			return &ranges[i];
	return NULL;
}

/* A scalar that is no part of who the connection is. */
static size_t any_scalar(const struct state *s, struct dice *d)
{
	for (unsigned int tries = 0; tries < 16; tries++) {
		size_t at = any_attribute(s, d);
		uint16_t type = at < s->size ? attribute_at(s, at)->nla_type & NLA_TYPE_MASK : 0;

		if (type > TCPMIG_A_RPORT && (type < TCPMIG_A_RCV_DATA || type > TCPMIG_A_OFO_DATA) &&
		    attribute_len(s, at) <= 8)
			return at;
	}
	return s->size;
}

/* Of what was made longer the first bytes. */
static size_t scalar_len(const struct state *s, size_t at)
{
	return attribute_len(s, at) < sizeof(uint64_t) ? attribute_len(s, at) : sizeof(uint64_t);
}

static void store(struct state *s, size_t at, uint64_t value)
{
	memcpy(attribute_data(s, at), &value, scalar_len(s, at));
}

static uint64_t load(const struct state *s, size_t at)
{
	uint64_t value = 0;

	memcpy(&value, attribute_data(s, at), scalar_len(s, at));
	return value;
}

/* Small, large, near what was, or anything. */
static uint64_t other_value(uint64_t old, struct dice *d)
{
	uint64_t wild = dice_roll(d);

	switch (dice_below(d, 8)) {
	case 0: return 0;
	case 1: return old + 1 + dice_below(d, 4);
	case 2: return old - 1 - dice_below(d, 4);
	case 3: return old ^ 1ull << dice_below(d, 64);
	case 4: return wild & 0xff;
	case 5: return wild & 0xffff;
	case 6: return wild >> dice_below(d, 64);
	default: return wild;
	}
}

void change_value(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_scalar(s, d);
	const struct range *r;
	uint64_t value;

	(void)c;
	if (at == s->size)
		return;
	r = range_of(attribute_at(s, at)->nla_type);
	value = other_value(load(s, at), d);
	if (r && ((int64_t)value < r->min || (int64_t)value > r->max))
		value = r->min + (int64_t)(value % (uint64_t)(r->max - r->min + 1));
	store(s, at, value);
}

void change_edge(struct state *s, struct dice *d, const struct corpus *c)
{
	const struct range *r = &ranges[dice_below(d, ranges_count)];
	size_t at = attribute_find(s, r->type);
	unsigned int which = dice_below(d, 16);

	(void)c;
	if (at < s->size && r->type > TCPMIG_A_RPORT)
		store(s, at, which == 0 ? r->min - 1 : which == 1 ? r->max + 1 : which & 1 ? r->max : r->min);
}

void change_like_another(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t to = any_scalar(s, d), from = any_scalar(s, d);

	(void)c;
	if (to < s->size && from < s->size)
		store(s, to, load(s, from));
}

/* Alone, to where another sequence number is, or near. */
void change_sequence(struct state *s, struct dice *d, const struct corpus *c)
{
	bool receive = dice_one_in(d, 2);
	const uint16_t *space = receive ? receive_space : send_space;
	size_t count = receive ? COUNT(receive_space) : COUNT(send_space);
	uint16_t to = space[dice_below(d, count)], from = space[dice_below(d, count)];

	(void)c;
	value_set(s, to, value_get(s, from) + dice_below(d, 5) - 2);
}

static void shift_words(struct state *s, uint16_t type, uint32_t by)
{
	size_t at = attribute_find(s, type);
	uint32_t word;

	for (size_t i = 0; at < s->size && i + sizeof(word) <= attribute_len(s, at); i += sizeof(word)) {
		memcpy(&word, attribute_data(s, at) + i, sizeof(word));
		word += by;
		memcpy(attribute_data(s, at) + i, &word, sizeof(word));
	}
}

static void shift_out_of_order(struct state *s, uint32_t by)
{
	attribute_for_each(at, s) {
		struct state nest = { .bytes = attribute_data(s, at), .size = attribute_len(s, at) };

		if ((attribute_at(s, at)->nla_type & NLA_TYPE_MASK) != TCPMIG_A_OFO || nest.size < NLA_HDRLEN + sizeof(by))
			continue;
		if (attribute_at(&nest, 0)->nla_type == TCPMIG_A_OFO_SEQ && attribute_len(&nest, 0) == sizeof(by))
			store(&nest, 0, (uint32_t)load(&nest, 0) + by);
	}
}

/* The same connection with other numbers, also such that wrap in its queues: as lawful as before. */
void change_both_spaces(struct state *s, struct dice *d, const struct corpus *c)
{
	uint32_t receive = dice_one_in(d, 3) ? 0 : -(uint32_t)value_get(s, TCPMIG_A_RCV_NXT) + dice_below(d, 1 << 16);
	uint32_t send = dice_one_in(d, 3) ? 0 : -(uint32_t)value_get(s, TCPMIG_A_SND_NXT) + dice_below(d, 1 << 16);

	(void)c;
	/* Before the handshake there are none. */
	if (value_get(s, TCPMIG_A_TCP_STATE) == TCP_SYN_SENT)
		receive = 0;
	for (size_t i = 0; i < COUNT(receive_space); i++)
		shift_words(s, receive_space[i], receive);
	shift_words(s, TCPMIG_A_SACK_BLOCKS, receive);
	shift_words(s, TCPMIG_A_DSACK_BLOCK, receive);
	shift_out_of_order(s, receive);
	for (size_t i = 0; i < COUNT(send_space); i++)
		shift_words(s, send_space[i], send);
}

/* How far each side has come to its end: rightly put together, or not. */
void change_tcp_state(struct state *s, struct dice *d, const struct corpus *c)
{
	static const struct { uint8_t state, shutdown, done; } ends[] = {
		{ TCP_ESTABLISHED, 0, 0 }, { TCP_CLOSE_WAIT, 1, 1 }, { TCP_FIN_WAIT1, 2, 0 }, { TCP_FIN_WAIT2, 2, 0 },
		{ TCP_CLOSING, 3, 1 }, { TCP_LAST_ACK, 3, 1 }, { TCP_CLOSE, 3, 1 }, { TCP_SYN_SENT, 0, 0 },
	};
	unsigned int i = dice_below(d, COUNT(ends));

	(void)c;
	value_set(s, TCPMIG_A_TCP_STATE, ends[i].state);
	value_set(s, TCPMIG_A_SHUTDOWN, ends[i].shutdown);
	value_set(s, TCPMIG_A_DONE, ends[i].done);
	if (dice_one_in(d, 4))
		value_set(s, TCPMIG_A_ORPHAN, dice_below(d, 2));
	if (dice_one_in(d, 8))
		value_set(s, TCPMIG_A_SHUTDOWN, dice_below(d, 4));
}

/* A group of another connection's. */
void change_group(struct state *s, struct dice *d, const struct corpus *c)
{
	const struct state *other = &c->seeds[dice_below(d, c->seeds_count)].state;
	unsigned int g = dice_below(d, COUNT(groups));

	for (uint16_t type = groups[g].first; type <= groups[g].last; type++) {
		size_t to = attribute_find(s, type), from = attribute_find(other, type);

		if (to < s->size)
			attribute_remove(s, to);
		if (from < other->size && has_room(s, attribute_len(other, from)))
			attribute_insert(s, to < s->size ? to : s->size, type, attribute_data(other, from),
					 attribute_len(other, from));
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/* The queues: longer, shorter, with other edges; the sequence numbers mostly follow, and now and then do not. */
#include <string.h>

#include "mutate.h"

#define PIECE_MAX 6000

static const uint8_t payload[PIECE_MAX] = { [0 ... PIECE_MAX - 1] = 'q' };

static void move_value(struct state *s, uint16_t type, uint32_t by)
{
	value_set(s, type, (uint32_t)(value_get(s, type) + by));
}

static uint16_t type_at(const struct state *s, size_t at)
{
	return attribute_at(s, at)->nla_type & NLA_TYPE_MASK;
}

static uint32_t any_length(struct dice *d)
{
	return 1 + dice_below(d, dice_one_in(d, 4) ? PIECE_MAX : 200);
}

/* One time in eight the numbers stay as they are. */
static bool follows(struct dice *d)
{
	return !dice_one_in(d, 8);
}

void change_written(struct state *s, struct dice *d, const struct corpus *c)
{
	uint32_t len = any_length(d);

	(void)c;
	if (!has_room(s, len))
		return;
	attribute_insert(s, s->size, TCPMIG_A_WRITE_DATA, payload, len);
	if (follows(d))
		move_value(s, TCPMIG_A_WRITE_SEQ, len);
}

void change_received(struct state *s, struct dice *d, const struct corpus *c)
{
	uint32_t len = any_length(d);

	(void)c;
	if (!has_room(s, len))
		return;
	attribute_insert(s, s->size, TCPMIG_A_RCV_DATA, payload, len);
	if (follows(d))
		move_value(s, TCPMIG_A_RCV_NXT, len);
}

/* Behind what was sent, with or without the edges of its buffer. */
void change_sent(struct state *s, struct dice *d, const struct corpus *c)
{
	uint32_t len = any_length(d);
	struct tcpmig_sent sent = { .len = len, .age_us = dice_roll(d) >> dice_below(d, 32), .marks = dice_roll(d) & 0x87,
				    .flags = dice_below(d, 8) };

	(void)c;
	if (!has_room(s, len + sizeof(sent) + NLA_HDRLEN))
		return;
	if (!dice_one_in(d, 4))
		attribute_insert(s, s->size, TCPMIG_A_RTX_BUFFER, &sent, sizeof(sent));
	attribute_insert(s, s->size, TCPMIG_A_RTX_DATA, payload, len);
	if (!follows(d))
		return;
	move_value(s, TCPMIG_A_SND_NXT, len);
	move_value(s, TCPMIG_A_WRITE_SEQ, len);
}

/* What became of a sent buffer. Which marks may be together rules.c and recovery.c say. */
void change_sent_marks(struct state *s, struct dice *d, const struct corpus *c)
{
	static const uint8_t marks[] = { 0, 1, 2, 4, 0x80, 0x81, 0x82, 0x84, 0x86, 0xff };

	(void)c;
	attribute_for_each(at, s) {
		struct tcpmig_sent sent;

		if (type_at(s, at) != TCPMIG_A_RTX_BUFFER || attribute_len(s, at) != sizeof(sent) || dice_one_in(d, 2))
			continue;
		memcpy(&sent, attribute_data(s, at), sizeof(sent));
		sent.marks = marks[dice_below(d, sizeof(marks))];
		sent.flags ^= dice_below(d, 8);
		if (dice_one_in(d, 4))
			sent.len += dice_below(d, 3) - 1;
		if (dice_one_in(d, 2))
			sent.age_us = dice_roll(d) >> dice_below(d, 32);
		if (dice_one_in(d, 2))
			sent.first_tx_age_us = dice_roll(d) >> dice_below(d, 32);
		if (dice_one_in(d, 2))
			sent.delivered = dice_roll(d);
		memcpy(attribute_data(s, at), &sent, sizeof(sent));
	}
}

static size_t put(uint8_t *to, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr head = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	memset(to, 0, NLA_HDRLEN + NLA_ALIGN(len));
	memcpy(to, &head, sizeof(head));
	memcpy(to + NLA_HDRLEN, data, len);
	return NLA_HDRLEN + NLA_ALIGN(len);
}

/* A SACK block before the others, as the kernel puts the newest first. */
static void acknowledge(struct state *s, struct dice *d, uint32_t from, uint32_t to)
{
	size_t at = attribute_find(s, TCPMIG_A_SACK_BLOCKS);
	uint32_t block[2] = { from, to };
	uint64_t count = value_get(s, TCPMIG_A_SACKS);

	if (at == s->size || attribute_len(s, at) != 4 * sizeof(block))
		return;
	if (!follows(d))
		block[dice_below(d, 2)] += dice_below(d, 3) - 1;
	memmove(attribute_data(s, at) + sizeof(block), attribute_data(s, at), 3 * sizeof(block));
	memcpy(attribute_data(s, at), block, sizeof(block));
	value_set(s, TCPMIG_A_SACKS, count < 4 ? count + 1 : 4);
}

/* A piece beyond a hole: behind what is there, or anywhere; one time in two it is acknowledged selectively. */
void change_out_of_order(struct state *s, struct dice *d, const struct corpus *c)
{
	uint8_t nest[PIECE_MAX + 64], fin = dice_one_in(d, 8);
	uint32_t len = dice_one_in(d, 16) ? 0 : any_length(d);
	uint32_t seq = value_get(s, TCPMIG_A_RCV_NXT) + 1 + dice_below(d, dice_one_in(d, 2) ? 1 << 16 : 3000);
	size_t size;

	(void)c;
	if (!has_room(s, len + 64))
		return;
	size = put(nest, TCPMIG_A_OFO_SEQ, &seq, sizeof(seq));
	size += put(nest + size, TCPMIG_A_OFO_FIN, &fin, sizeof(fin));
	size += put(nest + size, TCPMIG_A_OFO_DATA, payload, len);
	attribute_insert(s, s->size, TCPMIG_A_OFO | NLA_F_NESTED, nest, size);
	if (dice_one_in(d, 2))
		acknowledge(s, d, seq, seq + len + fin);
}

/* A piece less, with its bytes. */
void change_piece(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_attribute(s, d), len;
	uint16_t type;

	(void)c;
	attribute_for_each(queue, s)
		if (attribute_is_queue(type_at(s, queue)) && dice_one_in(d, 2))
			at = queue;
	if (at == s->size || !attribute_is_queue(type_at(s, at)))
		return;
	type = type_at(s, at);
	len = attribute_len(s, at);
	attribute_remove(s, at);
	if (!follows(d))
		return;
	if (type == TCPMIG_A_RCV_DATA)
		move_value(s, TCPMIG_A_RCV_NXT, -len);
	if (type == TCPMIG_A_WRITE_DATA)
		move_value(s, TCPMIG_A_WRITE_SEQ, -len);
	if (type == TCPMIG_A_RTX_DATA)
		move_value(s, TCPMIG_A_SND_UNA, len);
	if (type == TCPMIG_A_OFO)
		value_set(s, TCPMIG_A_SACKS, 0);
}

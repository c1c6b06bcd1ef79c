// SPDX-License-Identifier: GPL-2.0-only
/* Attributes as such: twice, missing, elsewhere, longer, shorter, unknown; and the whole cut or with bits turned over. */
#include <string.h>

#include "mutate.h"

void change_twice(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_attribute(s, d), to = any_attribute(s, d);
	uint8_t copy[UINT16_MAX];
	uint16_t len;

	(void)c;
	if (at == s->size || !has_room(s, attribute_len(s, at)))
		return;
	len = attribute_len(s, at);
	memcpy(copy, attribute_data(s, at), len);
	attribute_insert(s, to, attribute_at(s, at)->nla_type, copy, len);
}

void change_missing(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_attribute(s, d);

	(void)c;
	if (at < s->size)
		attribute_remove(s, at);
}

void change_order(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_attribute(s, d);
	uint8_t copy[UINT16_MAX];
	struct nlattr head;

	(void)c;
	if (at == s->size)
		return;
	head = *attribute_at(s, at);
	memcpy(copy, attribute_data(s, at), head.nla_len - NLA_HDRLEN);
	attribute_remove(s, at);
	attribute_insert(s, any_attribute(s, d), head.nla_type, copy, head.nla_len - NLA_HDRLEN);
}

void change_length(struct state *s, struct dice *d, const struct corpus *c)
{
	size_t at = any_attribute(s, d);
	uint16_t len = dice_one_in(d, 2) ? dice_below(d, 20) : dice_below(d, UINT16_MAX - NLA_HDRLEN);

	(void)c;
	if (at < s->size && has_room(s, len))
		attribute_resize(s, at, len);
}

void change_unknown(struct state *s, struct dice *d, const struct corpus *c)
{
	uint16_t type = TCPMIG_A_MAX + 1 + dice_below(d, 40);
	uint64_t value = dice_roll(d);

	(void)c;
	if (has_room(s, sizeof(value)))
		attribute_insert(s, any_attribute(s, d), dice_one_in(d, 4) ? type : type | TCPMIG_A_OPTIONAL, &value,
				 dice_below(d, 9));
}

void change_cut(struct state *s, struct dice *d, const struct corpus *c)
{
	(void)c;
	s->size = dice_below(d, s->size);
}

void change_bits(struct state *s, struct dice *d, const struct corpus *c)
{
	(void)c;
	do {
		uint32_t bit = dice_below(d, s->size * 8);

		s->bytes[bit / 8] ^= 1u << bit % 8;
	} while (!dice_one_in(d, 3));
}

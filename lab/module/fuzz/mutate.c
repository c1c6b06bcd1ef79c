// SPDX-License-Identifier: GPL-2.0-only
#include "mutate.h"

/* What keeps a state lawful comes most often: what is refused early shows little. */
static const struct {
	unsigned int weight;
	void (*change)(struct state *s, struct dice *d, const struct corpus *c);
} changes[] = {
	{ 30, change_value }, { 12, change_edge }, { 4, change_like_another }, { 4, change_sequence },
	{ 6, change_both_spaces }, { 2, change_tcp_state }, { 6, change_group },
	{ 5, change_written }, { 5, change_received }, { 5, change_sent }, { 6, change_sent_marks },
	{ 5, change_out_of_order }, { 2, change_piece },
	{ 1, change_twice }, { 1, change_missing }, { 3, change_order }, { 1, change_length }, { 1, change_unknown },
	{ 1, change_cut }, { 1, change_bits },
};

static void change(struct state *s, struct dice *d, const struct corpus *c)
{
	unsigned int whole = 0, at;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		whole += changes[i].weight;
	at = dice_below(d, whole);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); at -= changes[i++].weight)
		if (at < changes[i].weight) {
			changes[i].change(s, d, c);
			return;
		}
}

void mutate(struct state *s, uint32_t number, const struct corpus *c)
{
	struct dice d = { .state = number };

	do {
		if (!s->size || !can_be_walked(s))
			return;
		/* The last attribute may end without its padding. */
		while (s->size % NLA_ALIGNTO)
			s->bytes[s->size++] = 0;
		change(s, &d, c);
	} while (!dice_one_in(&d, 2));
}

size_t any_attribute(const struct state *s, struct dice *d)
{
	size_t count = 0, which;

	attribute_for_each(at, s)
		count++;
	which = dice_below(d, count);
	attribute_for_each(at, s)
		if (!which--)
			return at;
	return s->size;
}

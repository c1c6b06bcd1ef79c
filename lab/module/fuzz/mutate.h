/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a state that know what its attributes mean. */
#ifndef TCPMIG_FUZZ_MUTATE_H
#define TCPMIG_FUZZ_MUTATE_H

#include "corpus.h"
#include "dice.h"

/* One to four changes, which follow from `number`. The state has room for INPUT_MAX bytes. Of one that is cut or has headers that
 * lie nothing more is changed. */
void mutate(struct state *s, uint32_t number, const struct corpus *c);

/* Each makes one change, or none where there is nothing to change. values.c: of scalars. */
void change_value(struct state *s, struct dice *d, const struct corpus *c);
void change_edge(struct state *s, struct dice *d, const struct corpus *c);
void change_like_another(struct state *s, struct dice *d, const struct corpus *c);
void change_sequence(struct state *s, struct dice *d, const struct corpus *c);
void change_both_spaces(struct state *s, struct dice *d, const struct corpus *c);
void change_tcp_state(struct state *s, struct dice *d, const struct corpus *c);
void change_group(struct state *s, struct dice *d, const struct corpus *c);
/* queues.c: of queues, mostly with the sequence numbers that belong to them. */
void change_written(struct state *s, struct dice *d, const struct corpus *c);
void change_received(struct state *s, struct dice *d, const struct corpus *c);
void change_sent(struct state *s, struct dice *d, const struct corpus *c);
void change_sent_marks(struct state *s, struct dice *d, const struct corpus *c);
void change_out_of_order(struct state *s, struct dice *d, const struct corpus *c);
void change_piece(struct state *s, struct dice *d, const struct corpus *c);
/* shape.c: of attributes, whatever they mean. */
void change_twice(struct state *s, struct dice *d, const struct corpus *c);
void change_missing(struct state *s, struct dice *d, const struct corpus *c);
void change_order(struct state *s, struct dice *d, const struct corpus *c);
void change_length(struct state *s, struct dice *d, const struct corpus *c);
void change_unknown(struct state *s, struct dice *d, const struct corpus *c);
void change_cut(struct state *s, struct dice *d, const struct corpus *c);
void change_bits(struct state *s, struct dice *d, const struct corpus *c);

/* Any attribute; the size of the state when it has none. */
size_t any_attribute(const struct state *s, struct dice *d);
/* Whether an attribute with so many bytes can be added. */
static inline bool has_room(const struct state *s, size_t len)
{
	return s->size + NLA_HDRLEN + NLA_ALIGN(len) <= INPUT_MAX;
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* Attributes as such: missing, cut, too long, unknown, there twice. */
#include <string.h>

#include "tamper.h"

#define ROOM 256

/* A state without one attribute. */
static void attempt_without(struct trial *t, const struct state *s, size_t at)
{
	uint16_t type = attribute_at(s, at)->nla_type & NLA_TYPE_MASK;
	struct state changed = state_copy(s, 0);

	attribute_remove(&changed, at);
	/* What is out of order the peer has not been told of: without it the connection is as good. */
	trial_attempt(t, &changed, attribute_is_optional(type) || type == TCPMIG_A_OFO ? TAKEN : REFUSED, "missing", type);
	state_free(&changed);
}

static void attempt_without_cubic(struct trial *t, const struct state *s)
{
	struct state changed = state_copy(s, 0);

	for (uint16_t type = TCPMIG_A_CUBIC_CNT; attribute_is_cubic(type); type++)
		if (attribute_find(&changed, type) < changed.size)
			attribute_remove(&changed, attribute_find(&changed, type));
	trial_attempt(t, &changed, TAKEN, "no state of CUBIC", 0);
	state_free(&changed);
}

/* The attributes from the last to the first: the order says nothing but within a queue. */
static void attempt_reversed(struct trial *t, const struct state *s)
{
	struct state changed = state_copy(s, ROOM);
	size_t end = attribute_find(s, TCPMIG_A_RCV_DATA), to = end;

	for (size_t q = TCPMIG_A_RTX_BUFFER; q <= TCPMIG_A_OFO; q++)
		end = attribute_find(s, q) < end ? attribute_find(s, q) : end;
	to = end;
	for (size_t at = 0; at < end; at += NLA_ALIGN(attribute_at(s, at)->nla_len)) {
		size_t len = NLA_ALIGN(attribute_at(s, at)->nla_len);

		to -= len;
		memcpy(changed.bytes + to, s->bytes + at, len);
	}
	trial_attempt(t, &changed, TAKEN, "reversed", 0);
	state_free(&changed);
}

unsigned int try_unchanged(const struct state *s)
{
	struct trial t = trial_begin("unchanged", s);

	trial_attempt(&t, s, TAKEN, "unchanged", 0);
	attempt_reversed(&t, s);
	attempt_without_cubic(&t, s);
	return trial_end(&t);
}

unsigned int try_missing(const struct state *s)
{
	struct trial t = trial_begin("missing", s);

	attribute_for_each(at, s)
		attempt_without(&t, s, at);
	return trial_end(&t);
}

static void attempt_resized(struct trial *t, const struct state *s, size_t at, uint16_t len)
{
	struct state changed = state_copy(s, ROOM);

	attribute_resize(&changed, at, len);
	trial_attempt(t, &changed, REFUSED, "length", attribute_at(s, at)->nla_type & NLA_TYPE_MASK);
	state_free(&changed);
}

unsigned int try_lengths(const struct state *s)
{
	struct trial t = trial_begin("lengths", s);

	attribute_for_each(at, s) {
		uint16_t len = attribute_len(s, at);

		for (uint16_t less = 0; less < 8 && less < len; less++)
			attempt_resized(&t, s, at, less);
		attempt_resized(&t, s, at, len - 1);
		for (uint16_t more = 1; more <= 8; more++)
			attempt_resized(&t, s, at, len + more);
	}
	return trial_end(&t);
}

/* The length in the header says something else than the bytes that are there. */
unsigned int try_headers(const struct state *s)
{
	static const uint16_t lengths[] = { 0, 1, 2, 3, 0x7fff, 0xffff };
	struct trial t = trial_begin("headers", s);
	struct state changed = state_copy(s, 0);

	attribute_for_each(at, s) {
		struct nlattr *a = attribute_at(&changed, at);
		uint16_t type = a->nla_type & NLA_TYPE_MASK, right = a->nla_len;

		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			a->nla_len = lengths[i];
			trial_attempt(&t, &changed, REFUSED, "header", type);
		}
		/* Over the end of the state by a byte. */
		if (s->size - at < UINT16_MAX) {
			a->nla_len = s->size - at + 1;
			trial_attempt(&t, &changed, REFUSED, "over the end", type);
		}
		a->nla_len = right;
	}
	state_free(&changed);
	return trial_end(&t);
}

static void attempt_inserted(struct trial *t, const struct state *s, size_t at, uint16_t type, const void *data,
			     uint16_t len, const char *what)
{
	struct state changed = state_copy(s, NLA_HDRLEN + NLA_ALIGN(len));

	attribute_insert(&changed, at, type, data, len);
	trial_attempt(t, &changed, REFUSED, what, type);
	state_free(&changed);
}

unsigned int try_unknown(const struct state *s)
{
	static const uint16_t types[] = { TCPMIG_A_UNSPEC, TCPMIG_A_MAX + 1, 0x1fff, TCPMIG_A_OFO_SEQ,
					  TCPMIG_A_OFO_DATA, TCPMIG_A_OFO };
	struct trial t = trial_begin("unknown", s);
	struct state changed = state_copy(s, 0);
	uint32_t value = 1;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		attempt_inserted(&t, s, 0, types[i], &value, sizeof(value), "unknown at the start");
		attempt_inserted(&t, s, s->size, types[i], &value, sizeof(value), "unknown at the end");
	}
	attribute_for_each(at, s) {
		struct nlattr *a = attribute_at(&changed, at);
		uint16_t right = a->nla_type, type = right & NLA_TYPE_MASK;

		a->nla_type = right ^ NLA_F_NESTED;
		trial_attempt(&t, &changed, REFUSED, "nested or not", type);
		a->nla_type = right | NLA_F_NET_BYTEORDER;
		trial_attempt(&t, &changed, REFUSED, "byte order", type);
		a->nla_type = right;
	}
	state_free(&changed);
	return trial_end(&t);
}

/* A later version's attribute that says of itself that a connection is as good without it. */
unsigned int try_optional(const struct state *s)
{
	struct trial t = trial_begin("optional", s);
	uint32_t value = 1;

	for (uint16_t type = TCPMIG_A_OPTIONAL; type < TCPMIG_A_OPTIONAL + 4; type++) {
		struct state changed = state_copy(s, NLA_HDRLEN + sizeof(value));

		attribute_insert(&changed, 0, type, &value, sizeof(value));
		trial_attempt(&t, &changed, TAKEN, "optional", type);
		state_free(&changed);
	}
	return trial_end(&t);
}

unsigned int try_twice(const struct state *s)
{
	struct trial t = trial_begin("twice", s);

	attribute_for_each(at, s)
		if (attribute_at(s, at)->nla_type != (TCPMIG_A_OFO | NLA_F_NESTED))
			attempt_inserted(&t, s, attribute_find(s, TCPMIG_A_RCV_DATA), attribute_at(s, at)->nla_type,
					 attribute_data(s, at), attribute_len(s, at), "twice");
	return trial_end(&t);
}

/* The state ends early: at, before and behind each attribute's header and payload. */
unsigned int try_cut(const struct state *s)
{
	struct trial t = trial_begin("cut", s);
	struct state cut = *s;

	attribute_for_each(at, s)
		for (size_t more = 0; more < 12; more++) {
			cut.size = at + more;
			if (cut.size && cut.size < s->size)
				trial_attempt(&t, &cut, REFUSED, "cut", attribute_at(s, at)->nla_type & NLA_TYPE_MASK);
		}
	for (size_t less = 1; less < 8; less++) {
		cut.size = s->size - less;
		trial_attempt(&t, &cut, EITHER, "cut at the end", 0);
	}
	return trial_end(&t);
}

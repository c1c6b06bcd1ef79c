/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection's state as bytes, and its attributes: found, changed, put in and taken out. */
#ifndef TCPMIG_SELFTEST_ATTRIBUTE_H
#define TCPMIG_SELFTEST_ATTRIBUTE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcpmig.h"

struct state {
	uint8_t *bytes;
	size_t size;
};

/* A copy that the caller frees, with `room` bytes more behind its end. */
struct state state_copy(const struct state *s, size_t room);
void state_free(struct state *s);

/* Attributes from the first byte to the last, each known. */
bool state_is_whole(const struct state *s);

/* Walks a whole state: `at` is the offset of each. */
#define attribute_for_each(at, s) \
	for (size_t at = 0; at < (s)->size; at += NLA_ALIGN(attribute_at(s, at)->nla_len))

static inline struct nlattr *attribute_at(const struct state *s, size_t at)
{
	return (struct nlattr *)(s->bytes + at);
}

static inline uint8_t *attribute_data(const struct state *s, size_t at)
{
	return s->bytes + at + NLA_HDRLEN;
}

static inline uint16_t attribute_len(const struct state *s, size_t at)
{
	return attribute_at(s, at)->nla_len - NLA_HDRLEN;
}

/* RCV_DATA and all behind it are pieces of queues, of which there may be several. */
static inline bool attribute_is_queue(uint16_t type)
{
	return type >= TCPMIG_A_RCV_DATA;
}

/* The offset of the first attribute of a type; the size of the state when there is none. */
size_t attribute_find(const struct state *s, uint16_t type);
void attribute_remove(struct state *s, size_t at);
/* Needs room for NLA_HDRLEN + NLA_ALIGN(len) bytes. */
void attribute_insert(struct state *s, size_t at, uint16_t type, const void *data, uint16_t len);
/* Another length of payload; what is new is 0xa5. Needs room for what it grows. */
void attribute_resize(struct state *s, size_t at, uint16_t len);

/* Scalars, in host order; of no more than 64 bits. Reading one that is not there gives 0, writing it does nothing. */
uint64_t value_get(const struct state *s, uint16_t type);
void value_set(struct state *s, uint16_t type, uint64_t value);

/* Whose state it is. */
struct tcpmig_tuple state_tuple(const struct state *s);

/* ranges.c: what the interface allows in a scalar, both ends included. */
struct range {
	uint16_t type;
	int64_t min, max;
	bool tied;      /* other attributes decide whether an end of the range is right */
};

extern const struct range ranges[];
extern const size_t ranges_count;

/* Attributes that another kernel or congestion control does not have: alone. CUBIC's go together. */
bool attribute_is_optional(uint16_t type);
bool attribute_is_cubic(uint16_t type);
/* The value with its sign, as the ranges have it. */
int64_t range_value(const struct state *s, size_t at);
/* False when an attribute of `s` is cut off or unknown, or a scalar is missing, there twice, of another length than in
 * `model`, or out of its range. The bytes may be anything. */
bool scalars_are_lawful(const struct state *s, const struct state *model);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes with a connection, so that the other server can go on: what the peer wants, and how far it has come. */
#ifndef TCPCP_CARGO_H
#define TCPCP_CARGO_H

#include "stream.h"

#define CARGO_MAGIC 0x31637063u

struct cargo {
	uint32_t magic;
	uint32_t order_bytes;
	struct order order;
	uint64_t served, received, wrong;
	uint32_t eof, passes;
};

static inline struct cargo cargo_of(const struct stream *s)
{
	return (struct cargo){ CARGO_MAGIC, s->order_bytes, s->order, s->sent, s->received, s->wrong, s->eof,
			       s->passes + 1 };
}

static inline bool cargo_is_right(const struct cargo *cargo)
{
	return cargo->magic == CARGO_MAGIC && cargo->order_bytes <= sizeof(struct order);
}

static inline void cargo_unpack(const struct cargo *cargo, struct stream *s)
{
	s->order = cargo->order;
	s->order_bytes = cargo->order_bytes;
	s->sent = cargo->served;
	s->received = cargo->received;
	s->wrong = cargo->wrong;
	s->eof = cargo->eof;
	s->passes = cargo->passes;
}

#endif

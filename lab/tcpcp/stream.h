/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a server does for a peer: it sends as many bytes as the peer's order asks for, and takes those that the peer sends.
 * Each byte is a function of seed, direction and offset, so that both ends verify every one, and a server can go on where
 * another stopped if it knows the order and two offsets.
 */
#ifndef TCPCP_STREAM_H
#define TCPCP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDER_MAGIC 0x70637063u
/* As many bytes as there are until the peer has said all. */
#define ENDLESS UINT64_MAX

/* The first bytes that a peer sends. */
struct order {
	uint32_t magic;
	uint32_t seed;
	uint64_t down;               /* bytes from the server */
	uint64_t up;                 /* bytes from the peer */
	uint64_t rate;               /* bytes a second in each direction; 0: as many as there is room for */
};

/* One end of a connection. Its first half is all that a server passes on. */
struct stream {
	struct order order;
	uint64_t sent, received, wrong;
	uint32_t order_bytes;        /* of the order, sent or read so far */
	uint32_t at_server;          /* 1: this end is */
	uint32_t eof;                /* the other end has said all */
	uint32_t passes;             /* how often it has changed its server */
	/* of this process */
	uint64_t since_ns, sent_then; /* the rate is kept from here on */
};

/* Reads and writes what is possible without waiting; the descriptor does not block. False with errno: it failed. */
bool stream_step(int fd, struct stream *s);
bool stream_done(const struct stream *s);
uint64_t stream_left(const struct stream *s);
/* What to wait for with poll(2), and for how long at most; -1: until that. */
short stream_events(const struct stream *s);
int stream_wait_ms(const struct stream *s);
/* Of an endless stream: all is said. */
void stream_end(int fd, struct stream *s);
/* From now on with the order's rate. */
void stream_begin(struct stream *s);

#endif

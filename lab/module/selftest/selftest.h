/* SPDX-License-Identifier: GPL-2.0-only */
/* tcpmig-move: a program that moves its own connections between two nodes, and the peer that watches every byte. */
#ifndef TCPMIG_SELFTEST_H
#define TCPMIG_SELFTEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the peer asks of a connection; its first bytes. */
struct order {
	uint32_t magic;
	uint32_t hold_ms;       /* neither side reads for so long: queues fill up */
	uint64_t bytes;         /* from the peer */
	uint64_t reply_bytes;   /* from the node */
};
#define ORDER_MAGIC 0x6d6f7665u

/* One end of a connection. Bytes are a function of direction and offset, so a program can go on where another stopped. */
struct stream {
	struct order order;
	uint64_t tx, rx, rx_wrong;
	uint32_t order_sent;    /* bytes of the order, sent or read so far */
	uint32_t node_sends;    /* 1: this end is the node's */
	uint32_t eof;           /* the other end has shut down */
	uint32_t moves_left, aborts_left, moves;
};

struct options {
	struct sockaddr_in listen, control, to, connect;
	unsigned int moves, aborts, every_ms, connections, parallel, hold_ms, captures;
	const char *save;
	uint64_t bytes, reply_bytes;
};

uint64_t now_ns(void);
/* One JSON object on a line, in one write; the format is of what follows "t_ns". */
__attribute__((format(printf, 2, 3))) void say(const char *event, const char *format, ...);
__attribute__((noreturn)) void die(const char *what);

/* stream.c: reads and writes what is possible without waiting. False when the connection failed (errno). */
bool stream_step(int fd, struct stream *s, bool read_now);
bool stream_done(const struct stream *s);
uint64_t stream_tx_left(const struct stream *s);

/* move.c. MOVE_KEPT: the connection is still ours. */
enum move_result { MOVE_DONE, MOVE_KEPT, MOVE_LOST };
enum move_result move_out(int fd, const struct options *o, struct stream *s);
/* The new connection, or -1 when nothing came of it. */
int move_in(int control, struct stream *s);

/* tuple.c */
int check_tuple(const struct options *o);

/* snapshot.c: writes the connection's state to a file and lets it go on. False with errno. */
bool snapshot(int fd, const char *path);

int run_node(const struct options *o);
int run_peer(const struct options *o);

int listen_on(const struct sockaddr_in *a);

#endif

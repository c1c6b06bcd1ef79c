/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One connection: a thread that sends and one that receives, with blocking calls.
 *
 * A direction that is in use ends with a trailer of 16 bytes, a magic word and the number of bytes before it, so that
 * the receiver knows whether the end is the end. A side stops sending when it is told to or when the other side has
 * ended; it then half-closes and reads to the end.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "bell.h"
#include "options.h"
#include "pace.h"
#include "stream.h"

#include <pthread.h>
#include <stdatomic.h>

enum ending {
	ENDING_OPEN,       /* not ended */
	ENDING_COMPLETE,   /* end of file, behind the trailer where one was due */
	ENDING_CUT,        /* end of file without a trailer */
	ENDING_RESET,
	ENDING_TIMED_OUT,
	ENDING_MAX,
};

/* What main and all threads share. */
struct session {
	const struct options *options;
	struct bell bell;
	atomic_bool stop;              /* asked to end: by a signal or by --duration */
	atomic_uint running;           /* threads of connections */
};

struct connection {
	struct session *session;
	int fd;
	struct stream tx, rx;
	pthread_t sender, receiver;
	atomic_int sender_tid, receiver_tid;
	_Atomic uint64_t tx_bytes, rx_bytes;   /* all bytes on the connection, trailers included */
	_Atomic uint64_t rx_wrong;
	_Atomic uint64_t rx_first_wrong;       /* offset; STREAM_ALL_RIGHT if none */
	_Atomic int64_t rx_missing;            /* bytes sent, by the trailer, less bytes received */
	atomic_bool heard_end;
	atomic_int ending;
};

/* Starts both threads; false (errno) when that failed. FD is theirs until connection_join. */
bool connection_start(struct connection *connection, struct session *session, int fd);
void connection_join(struct connection *connection);

/* Makes blocked calls return: the end has taken too long. */
void connection_give_up(struct connection *connection);

#endif

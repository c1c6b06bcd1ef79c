/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections of our own over loopback, which delivers in the call that sends: nothing is waited for. */
#ifndef TCPMIG_SELFTEST_PAIR_H
#define TCPMIG_SELFTEST_PAIR_H

#include <netinet/in.h>
#include <stdint.h>

#include "attribute.h"

#define PAIR_PIECE 20000

/* A connection, of which `near` is the end that is moved. Neither end blocks, and both end by a reset. */
struct pair {
	int near, far;
};

int pair_listen(struct sockaddr_in *a);
struct pair pair_open(int listener, const struct sockaddr_in *a);
void pair_close(struct pair *p);

/* At most PAIR_PIECE bytes whose values come from their offset. How many were taken. */
size_t pair_send(int fd, uint64_t offset, size_t len);

/* The state of `near`, which is gone then. */
struct state pair_take(struct pair *p);
/* By a session that is attached, which it closes. */
struct state pair_take_from(struct pair *p, int session);
/* CAPTURE, SET and ACTIVATE. The error of SET. */
int pair_give(struct pair *p, const struct state *s);

#endif

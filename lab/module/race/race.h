/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads share: connections over loopback and sessions of /dev/tcpmig, without a lock of their own. One thread may
 * close what another is using: the kernel has to keep its objects apart.
 */
#ifndef TCPMIG_RACE_H
#define TCPMIG_RACE_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "../fuzz/dice.h"
#include "tcpmig.h"

#define SLOTS 8
#define SESSIONS 4

/* Each is counted where it succeeded. */
#define DEEDS(F) \
	F(opened) F(closed) F(attached) F(frozen) F(got) F(aborted) F(let_go) F(committed) F(captured) F(built) F(activated) \
	F(flushed) F(window) F(status) F(shared) F(sent) F(received) F(counters)
#define DEED(name) DEED_##name,
enum deed { DEEDS(DEED) DEED_COUNT };
#undef DEED

extern atomic_uint deeds[DEED_COUNT];
#define did(name) atomic_fetch_add_explicit(&deeds[DEED_##name], 1, memory_order_relaxed)

struct slot {
	atomic_int near, far;   /* the end that moves, and its peer; -1: none */
};

extern struct slot slots[SLOTS];
extern atomic_bool over;

/* connection.c. Opens a connection in a slot, in place of the one that was there. */
void slot_renew(struct slot *s);
bool tuple_of(int fd, struct tcpmig_tuple *tuple);
/* What each thread does until it is over; `moves` ends the race by itself. moves.c, sessions.c, streams.c */
void move_one(struct dice *d);
void share_one(struct dice *d);
void capture_one(struct dice *d);
void stream_one(struct dice *d);
void renew_one(struct dice *d);
void read_one(struct dice *d);

static inline struct slot *any_slot(struct dice *d)
{
	return &slots[dice_below(d, SLOTS)];
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* tcpmig-tamper: gives SET states that are wrong in every way, and looks at what becomes of them. */
#ifndef TCPMIG_SELFTEST_TAMPER_H
#define TCPMIG_SELFTEST_TAMPER_H

#include <netinet/in.h>

#include "attribute.h"

/* What must become of a state. EITHER: refused or taken, but cleanly. */
enum expectation { REFUSED, TAKEN, EITHER };

/* One way of being wrong: an event at its end. */
struct trial {
	const char *kind;
	int session;                    /* in stage CAPTURING between two attempts */
	struct tcpmig_tuple tuple;
	unsigned int tried, refused, taken, unexpected;
};

/* Opens a session that captures the state's connection; ends the program when that is refused. */
struct trial trial_begin(const char *kind, const struct state *s);
/* SET; a socket that comes of it is thrown away at once. `what` and `type` say in an event what was unexpected. */
void trial_attempt(struct trial *t, const struct state *s, enum expectation e, const char *what, unsigned int type);
/* Something else than SET: says so when it is not right. */
void trial_expect(struct trial *t, bool right, const char *what, int64_t got);
/* Says what was tried, and adds what was unexpected to the result. */
unsigned int trial_end(struct trial *t);

/* A state of which one attribute is changed, and an attempt with it. */
void trial_value(struct trial *t, const struct state *s, uint16_t type, uint64_t value, enum expectation e,
		 const char *what);

/* Each gives the number of unexpected answers. shape.c: attributes as such. */
unsigned int try_unchanged(const struct state *s);
unsigned int try_missing(const struct state *s);
unsigned int try_lengths(const struct state *s);
unsigned int try_headers(const struct state *s);
unsigned int try_unknown(const struct state *s);
unsigned int try_optional(const struct state *s);
unsigned int try_twice(const struct state *s);
unsigned int try_cut(const struct state *s);
/* contents.c: values. */
unsigned int try_ranges(const struct state *s);
unsigned int try_contradictions(const struct state *s);
unsigned int try_saved_syns(const struct state *s);
/* pieces.c: the queue out of order. */
unsigned int try_ofo(const struct state *s);
unsigned int try_sacks(const struct state *s);
/* sent.c: what is said of sent buffers. */
unsigned int try_sent(const struct state *s);
/* calls.c: what surrounds the state. */
unsigned int try_calls(const struct state *s);
/* flips.c: random bits. */
unsigned int try_flips(const struct state *s, unsigned int count, uint64_t seed);
/* lives.c: connections of our own over loopback go on from a changed state. */
unsigned int try_lives(unsigned int count, uint64_t seed);

/* operations.c: FLUSH and WINDOW. streams.c: SEND and RECEIVE. */
unsigned int try_operations(void);
void try_streams(struct trial *t, int listener, const struct sockaddr_in *a);

/* The next of a series of pseudo-random numbers. */
uint64_t random_next(uint64_t *seed);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of an input: how far it comes, and the life of the connection that it makes. */
#ifndef TCPMIG_FUZZ_LIFE_H
#define TCPMIG_FUZZ_LIFE_H

#include "corpus.h"
#include "dice.h"

/* How many inputs came how far. What SET refuses in its parser and by its rules the module counts. */
struct tally {
	uint32_t inputs;
	uint32_t refused;       /* as a bad state: by the parser, by a range or by a rule */
	uint32_t rebuilds;      /* a socket was begun: all others */
	uint32_t built;         /* and finished */
	uint32_t activated;
	uint32_t spoken;        /* a byte of the peer's was acknowledged */
	uint32_t closed;        /* and nothing was left of it afterwards */
	uint32_t left;          /* or something was, until it was destroyed by the administrator */
};

/* Ends the program when there is no /dev/tcpmig. */
void life_start(void);
/* One input, from CAPTURE to a connection that is used; it lives on until as many others have come as there is room for.
 * A number that stands for what became of it. */
uint64_t live(const struct state *s, const struct state *seed, struct dice *d, struct tally *t);
/* Ends all that live. */
void life_end(struct tally *t);

#endif

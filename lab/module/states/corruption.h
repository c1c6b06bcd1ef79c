/* SPDX-License-Identifier: GPL-2.0-only */
/* Oracle two: a state with one field changed on purpose must not pass. */
#ifndef TCPMIG_STATES_CORRUPTION_H
#define TCPMIG_STATES_CORRUPTION_H

#include "dump.h"

/* Words of one attribute at most that are tried: the largest record is a handshake. */
#define CORRUPTION_WORDS 32

/* A word of 4 bytes, or what there is of it, of the first attribute of a type. */
struct corruption {
	unsigned int socket; /* of those that a situation moves */
	unsigned int type;   /* enum tcpmig_attr */
	size_t offset;       /* bytes in its data */
};

/* The next word of a state, in its order; the first after one with type 0. False behind the last. */
bool corruption_next(struct corruption *c, const struct dump *d);
/* Another value: another bit, or a time 100 s away. */
void corrupt(struct dump *d, const struct corruption *c);
/* CWND, HANDSHAKE+44 */
const char *corruption_name(const struct corruption *c);

#endif

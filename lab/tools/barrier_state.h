/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has reached which barrier; no input or output. */
#ifndef BARRIER_STATE_H
#define BARRIER_STATE_H

#include "barrier.h"

#include <stddef.h>

struct arrival {
	int member;              /* index */
	unsigned int number;
	char *values;            /* "value\tKEY=VALUE\n"..., to be sent to the others */
	struct arrival *next;
};

struct barrier_state {
	char *members[BARRIER_MEMBERS];
	int known, expected;
	bool closed;             /* the names were given: no others come */
	struct arrival *arrivals;
	struct {
		unsigned int number;
		char *name;
	} *names;
	size_t named;
	char *failure;           /* "fail\tMEMBER\tREASON\n", null while all is well */
};

/* False when MEMBERS is neither a number nor names. */
bool barrier_state_open(struct barrier_state *state, const char *members);

/* Index of the member, known from now on; -1 when it is one too many or not among the names given. */
int barrier_member(struct barrier_state *state, const char *name);

void barrier_arrive(struct barrier_state *state, int member, unsigned int number, const char *name, char **values,
		    int count);
void barrier_fail(struct barrier_state *state, const char *member, const char *reason);
bool barrier_complete(const struct barrier_state *state, unsigned int number);

/* Text to be freed by the caller: the values of all but MEMBER; the names of those not there yet. */
char *barrier_values(const struct barrier_state *state, unsigned int number, int member);
char *barrier_missing(const struct barrier_state *state, unsigned int number);

#endif

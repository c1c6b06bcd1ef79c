/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves by /dev/tcpmig, each step judged at the peer. */
#ifndef TCPMIG_STATES_MOVE_H
#define TCPMIG_STATES_MOVE_H

#include "dump.h"
#include "trial.h"

/* A listening socket, and what waits in its accept queue. */
#define SOCKETS_MAX 2

/* Moves what the situation is about to the other machine. The states that left are in d[SOCKETS_MAX], which the caller
 * frees. */
void move_connection(struct trial *t, int to, void (*during)(struct trial *t), struct dump *d);
/* The same up to SET; then both are told to abort. */
void move_aborted(struct trial *t, int to, void (*during)(struct trial *t));
/* ATTACH refuses by this name, by descriptor or, where no program has the connection, by tuple; or always so. */
void attach_refused(struct trial *t, const char *refusal);
void attach_refused_by_tuple(struct trial *t, const char *refusal);
/* The other machine's CAPTURE refuses by this name. */
void capture_refused(struct trial *t, const char *refusal);
/* The same of a local address that it does not have; of a tuple that is captured already. */
void capture_refused_elsewhere(struct trial *t, const char *refusal);
void capture_refused_twice(struct trial *t, const char *refusal);

#endif

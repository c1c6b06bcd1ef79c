/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/tcpmig of a machine. */
#ifndef TCPMIG_STATES_SESSION_H
#define TCPMIG_STATES_SESSION_H

#include "trial.h"

/* The descriptor, in the machine. */
int session_open(struct trial *t, int machine);
void session_close(struct trial *t, int machine, int session);
/* 0 or -errno; the argument comes back in it. */
int session_call(struct trial *t, int machine, int session, unsigned int command, void *argument, uint32_t size);
/* The name of an enum tcpmig_refusal. */
const char *refusal_name(uint32_t refusal);
/* The trial's connection, seen from the node. */
struct tcpmig_tuple tuple_of(const struct trial *t);
struct tcpmig_tuple tuple_of_listener(const struct trial *t);

#endif

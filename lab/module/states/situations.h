/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of situations, each a file, which end with one without a name. */
#ifndef TCPMIG_STATES_SITUATIONS_H
#define TCPMIG_STATES_SITUATIONS_H

#include "verbs.h"

/* include/net/tcp_states.h */
enum {
	ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN,
	CLOSING
};

extern const struct situation opening[], listens[], established[], holes[], closing[], orphans[], ended[], urgent[], kept[], refused[];

/* closing.c: beginnings of others. A window that is full, and closes; see the list for the rest. */
void fill_window(struct trial *t);
void close_wait_read(struct trial *t);
void last_ack(struct trial *t);
void last_ack_unread(struct trial *t);

#endif

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

extern const struct situation established[], opening[], closing[], urgent[], kept[], refused[];

#endif

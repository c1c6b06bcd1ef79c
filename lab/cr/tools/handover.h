/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_HANDOVER_H
#define CR_HANDOVER_H

#include "../library/channel.h"
#include "target.h"

/* After the leader's own deadline it still answers; only a process that cannot run at all does not. */
#define GRACE_S 5

struct handover {
	uint8_t id[CR_ID_SIZE];
	const char *fault;           /* for tests: library/fault.c */
	int timeout_s;
	int ledger;                  /* the leader's, from hand_over_begin on: then -1 here */
	int control;
	struct cr_report report;     /* the last one */
	struct cr_connection_report *connections;
};

/* Gives the stream and the ledger to the process's leader, which begins to write. 0, or -1 with the target's reason set:
 * then the process does not take part at all. */
int hand_over_begin(struct target *target, const struct channel *channel, struct handover *handover);
/* Waits for the leader's next report: of its doubt, or of its end. 0, -ETIMEDOUT, or -ESRCH: the leader is dead. */
int hand_over_report(int wait_s, struct handover *handover);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_HANDOVER_H
#define CR_HANDOVER_H

#include "../library/channel.h"
#include "target.h"

struct handover {
	int control;
	struct cr_report report;
	struct cr_connection_report *connections;
};

/* Gives the stream to the process's leader, which begins to write; then waits for its report. Each 0, or -1 with the
 * target's reason set: after the first the process did not take part at all. */
int hand_over_begin(struct target *target, const struct channel *channel, int timeout_s, struct handover *handover);
int hand_over_end(struct target *target, int timeout_s, struct handover *handover);

#endif

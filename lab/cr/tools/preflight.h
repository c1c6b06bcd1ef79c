/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_PREFLIGHT_H
#define CR_PREFLIGHT_H

#include "handover.h"

/* CR_PREPARE with its payload, allocated; NULL with the target's reason set. */
struct cr_record *prepare_record(struct target *target, const struct handover *handover, const struct cr_clocks *offset);

/*
 * Asks the destination whether it will take the process, which still runs. On success the process exists there, empty.
 * *offset: the program's clocks minus the destination's, good to half a round trip.
 * 0, or -1 with the target's reason set.
 */
int preflight(struct channel *channel, struct target *target, const struct handover *handover, struct cr_clocks *offset);

#endif

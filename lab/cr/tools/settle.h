/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_SETTLE_H
#define CR_SETTLE_H

#include "authenticate.h"
#include "migration.h"

/*
 * From the moment the leader has begun to when it is known who owns the process: waits for the leader's report and, in
 * doubt, asks the other side every second, for doubt_s at most. Returns the migration's status.
 */
const char *settle(struct migration *migration, const struct secret *secret, int doubt_s);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_IMPAIR_READ_H
#define LOCKSTEP_IMPAIR_READ_H

#include "config.h"

/** Adds the line's impairment, or fault, whose wire and machines are known. @return false when it is not understood */
bool impair_read(struct config *, const char *line);
bool fault_read(struct config *, const char *line);

/** The kind's word in the lab's description. */
const char *impair_name(enum impairment_kind);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_IDLE_H
#define LOCKSTEP_IDLE_H

#include <stdint.h>

/** Makes the clock of an idle machine jump to its next timer at the right moment, see idle.c. */
void idle_watch(void);

/** A timer came late, ns: the run is not reproducible. */
void idle_missed(uint64_t late);

#endif

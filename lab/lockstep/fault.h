/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_FAULT_H
#define LOCKSTEP_FAULT_H

#include "config.h"

/** What befalls this machine at an instant: it ends, or stands still for a time. */
void faults_begin(const struct config *, int machine);

/** The zero's instant, ns. Only the first time counts. */
void faults_zero(uint32_t zero, uint64_t at);

#endif

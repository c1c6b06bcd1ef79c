/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_FIT_H
#define LOCKSTEP_FIT_H

#include "qemu.h"

/** @return why this QEMU is not one that the plugin knows; NULL when it is */
const char *unfit(const struct qemu_info *);

#endif

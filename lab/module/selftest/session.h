/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of this folder share of /dev/tcpmig. */
#ifndef TCPMIG_SELFTEST_SESSION_H
#define TCPMIG_SELFTEST_SESSION_H

#include <stdint.h>

#include "tcpmig.h"

/* An open of the device; ends the program when there is none. */
int session_open(void);
/* The name of an enum tcpmig_refusal. */
const char *refusal_name(uint32_t refusal);
/* GET: the state in memory of its own, which the caller frees; NULL with errno. */
void *state_get(int session, uint32_t *size);

#endif

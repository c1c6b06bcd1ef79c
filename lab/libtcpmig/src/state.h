/* SPDX-License-Identifier: GPL-2.0-only */
/* What is before a state on a stream or in a file. */
#ifndef LIBTCPMIG_STATE_H
#define LIBTCPMIG_STATE_H

#include "libtcpmig.h"

struct record {
	char magic[8];
	uint32_t version;            /* TCPMIG_STATE_VERSION */
	uint32_t size;
};

void record_make(struct record *record, uint32_t size);
/* -EPROTO, -EPROTONOSUPPORT, -EMSGSIZE as of tcpmig_state_read. */
int record_judge(const struct record *record, uint32_t limit);

#endif

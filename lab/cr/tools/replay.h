/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_REPLAY_H
#define CR_REPLAY_H

#include "../library/channel.h"
#include "image_file.h"

/*
 * Takes the origin's part for a checked file whose CR_PREPARE was read: gives the new process its records, awaiting
 * each answer that the process owes. *statuses: the module's for each connection, allocated; *count of them.
 * 0, or -1 with the file's reason set.
 */
int replay(struct image_file *file, struct channel *process, struct tcpmig_status **statuses, uint32_t *count);

#endif

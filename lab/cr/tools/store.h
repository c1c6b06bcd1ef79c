/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_STORE_H
#define CR_STORE_H

#include "../library/channel.h"
#include "image_file.h"

struct store {
	struct image_file file;
	struct channel channel;      /* to the process's leader */
	const char *fault;           /* for tests: tools/fault.h */
	uint32_t connections;
};

/*
 * Takes the destination's part for a file: keeps what the leader sends, answers its questions (nobody captures), says
 * that it is prepared when all is on the disk, and names the file when the leader has let go. 0, or -1 with the file's
 * reason set.
 */
int store(struct store *store);

#endif

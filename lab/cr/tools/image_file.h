/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a checkpoint is kept in (wire/file.h): written once, in sequence, and read only after it was checked. */
#ifndef CR_IMAGE_FILE_H
#define CR_IMAGE_FILE_H

#include <limits.h>
#include <sys/types.h>
#include "../wire/file.h"
#include "sha256.h"

struct image_file {
	int fd;
	const char *path;
	char partial[PATH_MAX];      /* where it is written; PATH appears when it is whole */
	uint64_t size;               /* head and records so far, without CR_COMMIT */
	struct sha256 hash;          /* of the records so far */
	char reason[CR_REASON_MAX];  /* first failure, "name: detail" */
};

/*
 * Each returns 0, or -1 with the reason set.
 *	create    makes PATH.partial, 0600; neither it nor PATH may exist
 *	put       appends
 *	complete  appends CR_COMMIT with these signals and the head, and waits until all is on the disk. May be called
 *	          again, with others: the last counts
 *	publish   names it PATH
 */
int image_file_create(struct image_file *file, const char *path);
int image_file_put(struct image_file *file, const void *data, size_t size);
int image_file_complete(struct image_file *file, const struct cr_pending *signals, uint32_t count);
int image_file_publish(struct image_file *file);
void image_file_discard(struct image_file *file);

/* Opens PATH and checks all of it: head, checksum, order and sizes of the records. The descriptor stands at the first
 * record. 0, or -1 with the reason set. */
int image_file_open(struct image_file *file, const char *path);

int image_file_fail(struct image_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What the head says of everything but the digest, and the digest of the records hashed so far with it. */
void image_file_head(struct cr_file_head *head, uint64_t size, const struct sha256 *records);

#endif

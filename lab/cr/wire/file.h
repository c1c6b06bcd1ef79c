/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A checkpoint in a file: this head, then the records of stream.h that a destination would have read: CR_PREPARE,
 * CR_IMAGE, CR_PAGES..., CR_MEMORY_END, with connections CR_CAPTURE and CR_CONNECTION..., with listening
 * sockets CR_WAITING and CR_CONNECTION..., CR_COMMIT. Little endian.
 */
#ifndef CR_FILE_H
#define CR_FILE_H

#include "stream.h"

#define CR_FILE_MAGIC "cr-image"
#define CR_FILE_VERSION 1u
#define CR_FILE_MACHINE 62u      /* EM_X86_64 of elf.h */

struct cr_file_head {
	__u8 magic[8];
	__u32 version;
	__u32 machine;
	__u64 size;              /* of the file, this head included */
	__u8 digest[32];         /* SHA-256 of the records, then of the head before this field */
};

_Static_assert(sizeof(struct cr_file_head) == 56, "file format");

#endif

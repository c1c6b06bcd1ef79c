/* SPDX-License-Identifier: GPL-2.0-only */
/* The process's image: touched, incompressible memory, and the thread that reads it again and again. */
#ifndef IMAGE_H
#define IMAGE_H

#include "bell.h"
#include "stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct image {
	uint8_t *memory;
	uint64_t bytes;
	struct stream stream;
	uint64_t pass_ns;              /* how long a pass should take; 0: as fast as it goes */
	struct bell *bell;
	atomic_bool stop;
	pthread_t thread;
	atomic_int tid;
	_Atomic uint64_t passes;       /* complete ones */
	_Atomic uint64_t wrong;        /* bytes; each is put right when found, so that it is counted once */
};

/* Makes the memory (0 bytes: none) and starts the thread; false (errno) when that failed. */
bool image_start(struct image *image, uint64_t bytes, uint64_t seed, uint64_t pass_ns, struct bell *bell);

/* Ends the thread and reads all memory once more. */
void image_finish(struct image *image);

#endif

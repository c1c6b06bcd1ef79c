/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_LOADER_H
#define CR_LOADER_H

#include <linux/mman.h>
#include <linux/uio.h>
#include "../library/channel.h"

/* One gigabyte that the loader keeps for itself and the restored library unmaps; -Ttext-segment says the same. */
#define LOADER_BASE 0x2a0000000000ul
#define LOADER_END (LOADER_BASE + (1ul << 30))
#define PARKING (LOADER_BASE + (256ul << 20))          /* vdso and its data, until their place is known */
#define SCRATCH ((char *)LOADER_BASE + (512ul << 20))  /* the image's tables */
#define SCRATCH_SIZE (64ul << 20)
#define POPULATE_FROM 65536ul

struct image {
	struct cr_image head;
	struct cr_mapping *mappings;
	char *paths;
};

void fail(const char *name, const char *detail) __attribute__((noreturn));
void empty_address_space(void);
void map_image(const struct image *image);
void protect_image(const struct image *image);

#endif

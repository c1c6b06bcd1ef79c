/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the leader keeps what it learns: one mapping of the target, made when a checkpoint begins and gone when the
 * threads run again. It travels with the image, so the restored library finds everything at the same address.
 */
#ifndef CR_ARENA_H
#define CR_ARENA_H

#include "syscalls.h"

#define ARENA_SIZE (256ul << 20) /* address space; only touched pages exist */

struct arena {
	char *start;
	size_t used;
};

int arena_open(struct arena *arena);
void arena_close(struct arena *arena);
/* Zeroed, 16-byte aligned; NULL when full. */
void *arena_take(struct arena *arena, size_t size);
size_t arena_left(const struct arena *arena);
char *arena_text(struct arena *arena, const char *text);
/* Whole file, zero-terminated, size without the zero; NULL on error. */
char *arena_read(struct arena *arena, const char *path, size_t *size);
/* Target of a symbolic link, zero-terminated; NULL on error. */
char *arena_readlink(struct arena *arena, const char *path);

#endif

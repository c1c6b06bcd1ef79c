// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/mman.h>
#include "arena.h"

int arena_open(struct arena *arena)
{
	long at = SYS(mmap, 0, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at < 0 && at > -4096)
		return (int)at;
	/* It is touched here and there: a huge page for each place would travel whole, 4 MB and more of nothing. */
	SYS(madvise, at, ARENA_SIZE, MADV_NOHUGEPAGE);
	arena->start = (char *)at;
	arena->used = 0;
	return 0;
}

void arena_close(struct arena *arena)
{
	if (arena->start)
		SYS(munmap, arena->start, ARENA_SIZE);
	arena->start = NULL;
}

size_t arena_left(const struct arena *arena)
{
	return ARENA_SIZE - arena->used;
}

void *arena_take(struct arena *arena, size_t size)
{
	void *block = arena->start + arena->used;

	size = (size + 15) & ~15ul;
	if (size > arena_left(arena))
		return NULL;
	arena->used += size;
	return block;
}

char *arena_text(struct arena *arena, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = arena_take(arena, size);

	return copy ? memcpy(copy, text, size) : NULL;
}

char *arena_read(struct arena *arena, const char *path, size_t *size)
{
	char *text = arena->start + arena->used;
	long got = 0, fd = SYS(open, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	*size = 0;
	while (*size < arena_left(arena) - 16) {
		got = SYS(read, fd, text + *size, arena_left(arena) - 16 - *size);
		if (got <= 0)
			break;
		*size += got;
	}
	SYS(close, fd);
	if (got < 0)
		return NULL;
	text[*size] = 0;
	return arena_take(arena, *size + 1);
}

char *arena_readlink(struct arena *arena, const char *path)
{
	char *text = arena->start + arena->used;
	long size;

	if (arena_left(arena) <= PATH_MAX)
		return NULL;
	size = SYS(readlink, path, text, PATH_MAX - 1);
	if (size < 0)
		return NULL;
	text[size] = 0;
	return arena_take(arena, size + 1);
}

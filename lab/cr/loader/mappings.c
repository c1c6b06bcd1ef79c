// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fcntl.h>
#include "../library/text.h"
#include "loader.h"

#define PARKED_MAX 8

static struct parked {
	char name[16];
	uint64_t address, size;
} parked[PARKED_MAX];
static int parked_count;

static void park(const char *name, uint64_t start, uint64_t size)
{
	struct parked *place = &parked[parked_count];
	long moved;

	if (parked_count == PARKED_MAX)
		fail("vdso", "too many mappings of the kernel");
	place->size = size;
	place->address = parked_count ? place[-1].address + place[-1].size : PARKING;
	for (int i = 0; i < (int)sizeof(place->name) - 1 && name[i] && name[i] != '\n'; i++)
		place->name[i] = name[i];
	moved = SYS(mremap, start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place->address);
	if (moved < 0 && moved > -4096)
		fail("vdso", "cannot be moved");
	parked_count++;
}

static void clear_mapping(const char *line)
{
	uint64_t start = text_hex(&line), end;

	line++;
	end = text_hex(&line);
	text_skip_spaces(&line);
	for (int field = 0; field < 4; field++) /* permissions, offset, device, inode */
		text_skip_word(&line);
	if (start >= LOADER_BASE && end <= LOADER_END)
		return;
	if (starts_with(line, "[vvar") || starts_with(line, "[vdso]"))
		park(line, start, end - start);
	else if (!starts_with(line, "[vsyscall]"))
		SYS(munmap, start, end - start);
}

/* All but the loader and the kernel's own pages go: any address may be one of the image's. */
void empty_address_space(void)
{
	static char text[16384];
	long size = 0, got;
	int fd = SYS(open, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
	const char *at = text;

	while ((got = SYS(read, fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	SYS(close, fd);
	if (size <= 0)
		fail("loader", "cannot read /proc/self/maps");
	do
		clear_mapping(at);
	while (text_next_line(&at));
	got = SYS(mmap, SCRATCH, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	if (got != (long)SCRATCH)
		fail("loader", "no room");
}

static void unpark(const struct cr_mapping *mapping, const char *name)
{
	uint64_t size = mapping->end - mapping->start;
	long moved;

	for (int i = 0; i < parked_count; i++) {
		if (!same_text(parked[i].name, name) || parked[i].size != size)
			continue;
		moved = SYS(mremap, parked[i].address, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, mapping->start);
		if (moved == (long)mapping->start)
			return;
	}
	fail("vdso", name);
}

static int open_mapped(const struct cr_mapping *mapping, const char *path)
{
	int write = mapping->kind == CR_MAP_FILE_SHARED && (mapping->protection & PROT_WRITE);
	int fd = SYS(open, path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0)
		fail("mapped file cannot be opened", path);
	return fd;
}

/* Neighbours often come from one file: it stays open until another is asked for. */
static int file_of(const struct cr_mapping *mapping, const char *path)
{
	static const char *open_path;
	static int open_fd = -1, open_kind;

	if (open_fd >= 0 && mapping->kind == CR_MAP_FILE_PRIVATE && open_kind == CR_MAP_FILE_PRIVATE &&
	    same_text(open_path, path))
		return open_fd;
	if (open_fd >= 0)
		SYS(close, open_fd);
	open_path = path;
	open_kind = mapping->kind;
	open_fd = open_mapped(mapping, path);
	return open_fd;
}

static void map_one(const struct cr_mapping *mapping, const char *path)
{
	/* writable until its contents have come; shared files have their contents */
	int protection = mapping->kind == CR_MAP_FILE_SHARED ? (int)mapping->protection : PROT_READ | PROT_WRITE;
	int flags = MAP_FIXED_NOREPLACE | MAP_NORESERVE, fd = -1;
	long at;

	flags |= mapping->kind == CR_MAP_FILE_SHARED ? MAP_SHARED : MAP_PRIVATE;
	if (mapping->kind == CR_MAP_ANONYMOUS || mapping->kind == CR_MAP_STACK)
		flags |= MAP_ANONYMOUS | (mapping->kind == CR_MAP_STACK ? MAP_GROWSDOWN : 0);
	else
		fd = file_of(mapping, path);
	at = SYS(mmap, mapping->start, mapping->end - mapping->start, protection, flags, fd, mapping->offset);
	if (at != (long)mapping->start)
		fail("mapping cannot be made", *path ? path : "anonymous");
}

void map_image(const struct image *image)
{
	for (uint32_t i = 0; i < image->head.mappings; i++) {
		const struct cr_mapping *mapping = &image->mappings[i];

		if (mapping->start >= mapping->end || mapping->path >= image->head.paths_size ||
		    (mapping->start < LOADER_END && mapping->end > LOADER_BASE))
			fail("image", "a mapping is out of range");
		if (mapping->kind == CR_MAP_KERNEL)
			unpark(mapping, image->paths + mapping->path);
		else
			map_one(mapping, mapping->path ? image->paths + mapping->path : "");
	}
}

void protect_image(const struct image *image)
{
	for (uint32_t i = 0; i < image->head.mappings; i++) {
		const struct cr_mapping *mapping = &image->mappings[i];

		if (mapping->kind == CR_MAP_KERNEL || mapping->kind == CR_MAP_FILE_SHARED ||
		    mapping->protection == (PROT_READ | PROT_WRITE))
			continue;
		if (SYS(mprotect, mapping->start, mapping->end - mapping->start, mapping->protection))
			fail("mapping", "its protection cannot be set");
	}
}

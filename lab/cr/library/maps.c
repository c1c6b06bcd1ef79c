// SPDX-License-Identifier: GPL-2.0-only
/* The memory map, from /proc/self/maps. What cannot be carried has been refused by cr_checkpoint already, with the
 * process running; a mapping made since then is refused here. */
#include <linux/mman.h>
#include "process.h"
#include "text.h"

static int kernel_mapping(const char *name)
{
	return starts_with(name, "[vvar") || same_text(name, "[vdso]");
}

static int mapping_kind(const char *name, int shared)
{
	size_t size = strlen(name);

	if (kernel_mapping(name))
		return CR_MAP_KERNEL;
	if (same_text(name, "[stack]"))
		return CR_MAP_STACK;
	if (!shared && (!*name || same_text(name, "[heap]") || starts_with(name, "[anon:")))
		return CR_MAP_ANONYMOUS;
	if (*name != '/' || (size > 10 && same_text(name + size - 10, " (deleted)")))
		return refuse("mapping", *name ? name : "shared anonymous memory");
	return shared ? CR_MAP_FILE_SHARED : CR_MAP_FILE_PRIVATE;
}

/* "start-end rwxp offset dev inode   name" */
static int parse_mapping(const char **at, struct cr_mapping *mapping, const char **name, size_t *name_size)
{
	mapping->start = text_hex(at);
	++*at;
	mapping->end = text_hex(at);
	text_skip_spaces(at);
	mapping->protection = ((*at)[0] == 'r' ? PROT_READ : 0) | ((*at)[1] == 'w' ? PROT_WRITE : 0) |
			      ((*at)[2] == 'x' ? PROT_EXEC : 0);
	int shared = (*at)[3] == 's';
	text_skip_word(at);
	mapping->offset = text_hex(at);
	text_skip_spaces(at);
	text_skip_word(at);
	text_skip_word(at);
	*name = *at;
	while (**at && **at != '\n')
		++*at;
	*name_size = *at - *name;
	return shared;
}

static int add_mapping(struct cr_mapping *mapping, const char *name, size_t name_size, int shared)
{
	char *path = process.paths + process.paths_size;
	int kind;

	memcpy(path, name, name_size);
	path[name_size] = 0;
	if (same_text(path, "[vsyscall]"))
		return 0;
	kind = mapping_kind(path, shared);
	if (kind < 0)
		return -1;
	mapping->kind = kind;
	mapping->path = 0;
	if (kind == CR_MAP_KERNEL || kind == CR_MAP_FILE_PRIVATE || kind == CR_MAP_FILE_SHARED) {
		mapping->path = process.paths_size;
		process.paths_size += name_size + 1;
	}
	process.mappings[process.mapping_count++] = *mapping;
	return 0;
}

int collect_mappings(void)
{
	size_t size;
	const char *at = arena_read(&process.arena, "/proc/self/maps", &size);
	uint32_t lines = 0;

	if (!at)
		return refuse("mapping", "cannot read /proc/self/maps");
	for (size_t i = 0; i < size; i++)
		lines += at[i] == '\n';
	process.mappings = arena_take(&process.arena, lines * sizeof(struct cr_mapping));
	process.paths = arena_take(&process.arena, size + 1);
	if (!process.mappings || !process.paths)
		return refuse("mapping", "too many for this library");
	process.paths_size = 1; /* 0 says: no path */
	do {
		struct cr_mapping mapping = { 0 };
		const char *name;
		size_t name_size;
		int shared = parse_mapping(&at, &mapping, &name, &name_size);

		if (mapping.end && add_mapping(&mapping, name, name_size, shared))
			return -1;
	} while (text_next_line(&at));
	return 0;
}

int send_image(uint64_t frozen_ns)
{
	struct cr_image image = {
		.frozen_ns = frozen_ns,
		.entry = (uint64_t)restart,
		.stack = restart_stack(process.threads[0].frame),
		.mappings = process.mapping_count,
		.paths_size = process.paths_size,
	};
	uint64_t table = process.mapping_count * sizeof(struct cr_mapping);
	struct cr_record record = {
		.type = CR_IMAGE, .count = 1, .size = sizeof(image) + table + process.paths_size,
	};
	struct iovec vector[4] = { { &record, sizeof(record) }, { &image, sizeof(image) },
				   { process.mappings, table }, { process.paths, process.paths_size } };
	int error = channel_write(&process.stream, vector, 4);

	return error ? refuse_error("stream", "memory map", error) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"
#include "target.h"

int target_refuse(struct target *target, const char *format, ...)
{
	va_list values;

	if (*target->reason)
		return -1;
	va_start(values, format);
	vsnprintf(target->reason, sizeof(target->reason), format, values);
	va_end(values);
	return -1;
}

char *target_text(const struct target *target, const char *name)
{
	char path[320], *text = NULL;
	size_t size = 0, room = 0;
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", target->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	do {
		size += got;
		if (room - size < 4096)
			text = realloc(text, room = room * 2 + 8192);
		got = text ? read(fd, text + size, room - size - 1) : -1;
	} while (got > 0);
	close(fd);
	if (text)
		text[size] = 0;
	return text;
}

/* After "KEY" at the start of a line, blanks skipped; NULL when there is no such line. */
const char *text_field(const char *text, const char *key)
{
	size_t size = strlen(key);

	while (text && strncmp(text, key, size)) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text ? text + size + strspn(text + size, " \t") : NULL;
}

int target_need(struct target *target, const char *path, enum cr_file_need need)
{
	struct target_file *file;
	int error;

	for (file = target->files; file; file = file->next)
		if (file->need.need == need && !strcmp(file->path, path))
			return 0;
	file = calloc(1, sizeof(*file));
	if (!file || !(file->path = strdup(path)))
		return target_refuse(target, "memory: out of it");
	file->need.need = need;
	file->need.path_size = strlen(path) + 1;
	if (need == CR_FILE_SAME) {
		error = machine_file(path, &file->need.size, &file->need.fingerprint);
		if (error)
			return target_refuse(target, "file: %.120s: %s", path, strerror(-error));
	}
	file->next = target->files;
	target->files = file;
	target->file_count++;
	return 0;
}

int target_inspect(struct target *target)
{
	return inspect_status(target) || inspect_memory(target) || inspect_descriptors(target) ? -1 : 0;
}

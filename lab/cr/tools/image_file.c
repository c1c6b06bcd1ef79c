// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "image_file.h"

int image_file_fail(struct image_file *file, const char *format, ...)
{
	va_list values;

	if (*file->reason)
		return -1;
	va_start(values, format);
	vsnprintf(file->reason, sizeof(file->reason), format, values);
	va_end(values);
	return -1;
}

void image_file_head(struct cr_file_head *head, uint64_t size, const struct sha256 *records)
{
	struct sha256 hash = *records;

	*head = (struct cr_file_head){ .version = CR_FILE_VERSION, .machine = CR_FILE_MACHINE, .size = size };
	memcpy(head->magic, CR_FILE_MAGIC, sizeof(head->magic));
	sha256_update(&hash, head, offsetof(struct cr_file_head, digest));
	sha256_final(&hash, head->digest);
}

int image_file_create(struct image_file *file, const char *path)
{
	file->path = path;
	if (snprintf(file->partial, sizeof(file->partial), "%s.partial", path) >= (int)sizeof(file->partial))
		return image_file_fail(file, "file: its name is too long");
	if (access(path, F_OK) == 0)
		return image_file_fail(file, "file: %.120s: exists", path);
	file->fd = open(file->partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file->fd < 0)
		return image_file_fail(file, "file: %.120s: %s", file->partial, strerror(errno));
	flock(file->fd, LOCK_EX | LOCK_NB); /* tells that it is being written: resolve_file.c */
	sha256_init(&file->hash);
	file->size = sizeof(struct cr_file_head);
	return 0;
}

static int write_at(struct image_file *file, const void *data, size_t size, off_t offset)
{
	const char *at = data;

	while (size) {
		ssize_t written = pwrite(file->fd, at, size, offset);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return image_file_fail(file, "file: %.120s: %s", file->partial, strerror(written ? errno : EIO));
		at += written;
		offset += written;
		size -= written;
	}
	return 0;
}

int image_file_put(struct image_file *file, const void *data, size_t size)
{
	if (write_at(file, data, size, file->size))
		return -1;
	sha256_update(&file->hash, data, size);
	file->size += size;
	return 0;
}

int image_file_complete(struct image_file *file, const struct cr_pending *signals, uint32_t count)
{
	struct cr_record commit = { .type = CR_COMMIT, .count = count, .size = count * sizeof(*signals) };
	uint64_t size = file->size + sizeof(commit) + commit.size;
	struct sha256 hash = file->hash;
	struct cr_file_head head;

	sha256_update(&hash, &commit, sizeof(commit));
	sha256_update(&hash, signals, commit.size);
	image_file_head(&head, size, &hash);
	if (write_at(file, &commit, sizeof(commit), file->size) ||
	    write_at(file, signals, commit.size, file->size + sizeof(commit)) || write_at(file, &head, sizeof(head), 0))
		return -1;
	if (ftruncate(file->fd, size) || fsync(file->fd))
		return image_file_fail(file, "file: %.120s: %s", file->partial, strerror(errno));
	return 0;
}

/* File systems without the flag (NFS) cannot say no at this instant any more; that PATH was free was seen at the start. */
static int rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	return errno == EINVAL ? rename(from, to) : -1;
}

/* All of the file is on the disk; the name is when its folder is too. Should that fail and the machine stop, it is found
 * as PATH.partial. */
static void sync_folder(const char *path)
{
	char name[PATH_MAX];
	int folder;

	snprintf(name, sizeof(name), "%s", path);
	folder = open(dirname(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	fsync(folder);
	close(folder);
}

int image_file_publish(struct image_file *file)
{
	if (rename_new(file->partial, file->path))
		return image_file_fail(file, "file: %.120s: %s", file->path, strerror(errno));
	sync_folder(file->path);
	return 0;
}

void image_file_discard(struct image_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	unlink(file->partial);
}

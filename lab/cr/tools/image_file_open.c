// SPDX-License-Identifier: GPL-2.0-only
/* A checkpoint's file is outside input: nothing of it is used before all of it was checked. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image_file.h"

#define CHUNK 65536

static int open_regular(struct image_file *file)
{
	struct stat status;

	file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &status))
		return image_file_fail(file, "file: %.120s: %s", file->path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return image_file_fail(file, "file: %.120s: not a regular file", file->path);
	if ((status.st_mode & 022) || (status.st_uid && status.st_uid != geteuid()))
		return image_file_fail(file, "permissions: others may change %.120s", file->path);
	file->size = status.st_size;
	return 0;
}

static int check_head(struct image_file *file, struct cr_file_head *head)
{
	ssize_t got = pread(file->fd, head, sizeof(*head), 0);

	if (got < (ssize_t)sizeof(head->magic) || memcmp(head->magic, CR_FILE_MAGIC, sizeof(head->magic)))
		return image_file_fail(file, "foreign: %.120s is not a checkpoint", file->path);
	if (got < (ssize_t)sizeof(*head))
		return image_file_fail(file, "truncated: it has %zd bytes", got);
	if (head->version != CR_FILE_VERSION)
		return image_file_fail(file, "version: the file has %u, this is %u", head->version, CR_FILE_VERSION);
	if (head->machine != CR_FILE_MACHINE)
		return image_file_fail(file, "machine: the file is for ELF machine %u, this is %u", head->machine,
				       CR_FILE_MACHINE);
	if (head->size != file->size)
		return image_file_fail(file, "%s: it has %llu bytes and should have %llu",
				       file->size < head->size ? "truncated" : "length",
				       (unsigned long long)file->size, (unsigned long long)head->size);
	return 0;
}

static int check_digest(struct image_file *file, const struct cr_file_head *head)
{
	struct cr_file_head expected;
	struct sha256 hash;
	char chunk[CHUNK];
	ssize_t got;

	sha256_init(&hash);
	for (uint64_t at = sizeof(*head); at < file->size; at += got) {
		got = pread(file->fd, chunk, sizeof(chunk), at);
		if (got <= 0)
			return image_file_fail(file, "file: %.120s: %s", file->path, strerror(got ? errno : EIO));
		sha256_update(&hash, chunk, got);
	}
	image_file_head(&expected, file->size, &hash);
	return memcmp(&expected, head, sizeof(expected)) ?
		       image_file_fail(file, "corrupted: the checksum differs") : 0;
}

/* What may come after what; CR_CONNECTION as often as CR_MEMORY_END said, and then CR_WAITING. */
static int in_order(uint32_t before, const struct cr_record *record, uint32_t *connections)
{
	switch (record->type) {
	case CR_PREPARE: return !before;
	case CR_IMAGE: return before == CR_PREPARE;
	case CR_PAGES: return before == CR_IMAGE || before == CR_PAGES;
	case CR_MEMORY_END:
		*connections = record->count;
		return (before == CR_IMAGE || before == CR_PAGES) && !record->size;
	case CR_CAPTURE:
		return before == CR_MEMORY_END && record->count && record->count == *connections &&
		       record->size == record->count * sizeof(struct tcpmig_tuple);
	case CR_CONNECTION:
		return (before == CR_CAPTURE || before == CR_CONNECTION || before == CR_WAITING) &&
		       (*connections)-- > 0 && record->size <= TCPMIG_STATE_MAX;
	case CR_WAITING:
		if (before != CR_CONNECTION || *connections)
			return 0;
		*connections = record->count;
		return record->size == record->count * sizeof(struct cr_waiting);
	case CR_COMMIT:
		return (before == CR_MEMORY_END || before == CR_CONNECTION || before == CR_WAITING) && !*connections &&
		       record->count <= CR_PENDING_MAX && record->size == record->count * sizeof(struct cr_pending);
	}
	return 0;
}

static int check_records(struct image_file *file)
{
	uint64_t at = sizeof(struct cr_file_head);
	uint32_t before = 0, connections = 0;
	struct cr_record record;

	while (at < file->size) {
		if (before == CR_COMMIT || pread(file->fd, &record, sizeof(record), at) != sizeof(record) ||
		    record.size > file->size - at - sizeof(record) || !in_order(before, &record, &connections))
			return image_file_fail(file, "records: the one at byte %llu is out of place",
					       (unsigned long long)at);
		before = record.type;
		at += sizeof(record) + record.size;
	}
	return before == CR_COMMIT ? 0 : image_file_fail(file, "records: the last is missing");
}

int image_file_open(struct image_file *file, const char *path)
{
	struct cr_file_head head;

	file->path = path;
	if (open_regular(file) || check_head(file, &head) || check_digest(file, &head) || check_records(file))
		return -1;
	lseek(file->fd, sizeof(head), SEEK_SET);
	return 0;
}

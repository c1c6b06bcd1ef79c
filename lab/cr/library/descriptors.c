// SPDX-License-Identifier: GPL-2.0-only
/* The descriptor table (paper 2.1, step 4): what each number is, and which numbers share one open file. */
#include <linux/fcntl.h>
#include <linux/kcmp.h>
#include <linux/stat.h>
#include <asm/stat.h>
#include "process.h"
#include "text.h"

struct directory_entry {
	uint64_t inode;
	int64_t next;
	unsigned short size;
	unsigned char type;
	char name[];
};

char *descriptor_path(char *to, const char *folder, int fd)
{
	text_put_decimal(text_put(to, folder), fd);
	return to;
}

static int refuse_descriptor(const struct descriptor *descriptor)
{
	char text[CR_REASON_MAX], *end = text_put(text, "descriptor ");

	end = text_put_decimal(end, descriptor->fd);
	if (descriptor->path && strlen(descriptor->path) < sizeof(text) - 40)
		text_put(text_put(end, " is "), descriptor->path);
	return refuse("descriptor", text);
}

static int descriptor_kind(const struct descriptor *descriptor)
{
	const char *path = descriptor->path;
	size_t size = strlen(path);

	if (S_ISSOCK(descriptor->mode))
		return FD_CONNECTION;
	if (starts_with(path, "pipe:["))
		return (descriptor->flags & O_ACCMODE) == O_RDONLY ? FD_PIPE_READ : FD_PIPE_WRITE;
	if (starts_with(path, "anon_inode:[eventfd"))
		return FD_EVENT;
	if (same_text(path, "anon_inode:[timerfd]"))
		return FD_TIMER;
	if (same_text(path, "anon_inode:[eventpoll]"))
		return FD_EPOLL;
	if (*path != '/' || (size > 10 && same_text(path + size - 10, " (deleted)")))
		return refuse_descriptor(descriptor);
	if (S_ISREG(descriptor->mode) || S_ISDIR(descriptor->mode) || S_ISCHR(descriptor->mode))
		return FD_FILE;
	return refuse_descriptor(descriptor);
}

static int read_descriptor(struct descriptor *descriptor)
{
	char path[48];
	struct stat status;
	const char *at;
	size_t size;

	if (SYS(fstat, descriptor->fd, &status))
		return refuse_descriptor(descriptor);
	descriptor->mode = status.st_mode;
	descriptor->device = status.st_dev;
	descriptor->inode = status.st_ino;
	descriptor->special = status.st_rdev;
	descriptor->flags = SYS(fcntl, descriptor->fd, F_GETFL);
	descriptor->close_on_exec = SYS(fcntl, descriptor->fd, F_GETFD) & FD_CLOEXEC;
	descriptor->path = arena_readlink(&process.arena, descriptor_path(path, "/proc/self/fd/", descriptor->fd));
	descriptor->info = arena_read(&process.arena, descriptor_path(path, "/proc/self/fdinfo/", descriptor->fd), &size);
	if (!descriptor->path || !descriptor->info)
		return refuse_descriptor(descriptor);
	at = text_find(descriptor->info, "pos:");
	descriptor->position = at ? text_decimal(&at) : 0;
	if ((descriptor->flags & FASYNC) || text_find(descriptor->info, "lock:"))
		return refuse_descriptor(descriptor);
	descriptor->kind = descriptor_kind(descriptor);
	return descriptor->kind < 0 ? -1 : 0;
}

/* An earlier number with the same open file: offset and status flags are shared then. */
static void find_original(struct descriptor *descriptor)
{
	for (struct descriptor *other = process.descriptors; other < descriptor; other++) {
		if (other->inode != descriptor->inode || other->device != descriptor->device ||
		    other->flags != descriptor->flags || other->kind == FD_DUPLICATE)
			continue;
		if (SYS(kcmp, process.pid, process.pid, KCMP_FILE, other->fd, descriptor->fd) == 0) {
			descriptor->kind = FD_DUPLICATE;
			descriptor->duplicate_of = other->fd;
			return;
		}
	}
}

static int add_descriptor(int fd)
{
	struct descriptor *descriptor = &process.descriptors[process.descriptor_count];

	if (process.descriptor_count == DESCRIPTORS_MAX)
		return refuse("descriptor", "more than this library can carry");
	descriptor->fd = fd;
	if (read_descriptor(descriptor))
		return -1;
	if (fd > process.descriptor_top)
		process.descriptor_top = fd;
	find_original(descriptor);
	if (descriptor->kind == FD_CONNECTION)
		process.connection_count++;
	process.descriptor_count++;
	return 0;
}

static int our_own(int fd, int folder)
{
	return fd == folder || fd == process.stream.fd || fd == process.control || fd == process.ledger;
}

int collect_descriptors(void)
{
	char buffer[1024] __attribute__((aligned(8)));
	int folder = SYS(open, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
	long size;

	process.descriptors = arena_take(&process.arena, DESCRIPTORS_MAX * sizeof(struct descriptor));
	if (folder < 0 || !process.descriptors)
		return refuse_error("descriptor", "/proc/self/fd", folder);
	while (!error && (size = SYS(getdents64, folder, buffer, sizeof(buffer))) > 0)
		for (long at = 0; !error && at < size;) {
			struct directory_entry *entry = (void *)(buffer + at);
			const char *name = entry->name;

			at += entry->size;
			if (*name < '0' || *name > '9')
				continue;
			int fd = (int)text_decimal(&name);
			if (!our_own(fd, folder))
				error = add_descriptor(fd);
		}
	SYS(close, folder);
	return error || collect_pipes();
}

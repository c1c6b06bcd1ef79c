// SPDX-License-Identifier: GPL-2.0-only
#include "follow.h"

#include "monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE 65536

bool follow_open(struct follow *f, const char *path)
{
	char *copy = strdup(path);
	int watch;

	*f = (struct follow){ .path = path, .fd = -1, .notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
	/* A watch on the folder also tells of changes to the files in it. */
	watch = inotify_add_watch(f->notify, dirname(copy), IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE);
	free(copy);
	return watch >= 0;
}

static void reopen(struct follow *f)
{
	struct stat now;

	if (stat(f->path, &now) || (f->fd >= 0 && now.st_ino == f->inode))
		return;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	f->read = 0;
	f->begin = f->length = 0;
	if (f->fd >= 0 && !fstat(f->fd, &now))
		f->inode = now.st_ino;
}

static void start_over_if_cut(struct follow *f)
{
	struct stat now;

	if (!fstat(f->fd, &now) && now.st_size < f->read)
		f->read = 0, f->begin = f->length = 0;
}

/* Reads once more into the text; false when nothing was there. */
static bool read_more(struct follow *f)
{
	ssize_t got;

	if (f->fd < 0)
		return false;
	start_over_if_cut(f);
	f->length -= f->begin;
	if (f->length)
		memmove(f->text, f->text + f->begin, f->length);
	f->begin = 0;
	if (f->room - f->length < READ_SIZE) {
		char *text = realloc(f->text, f->length + 2 * READ_SIZE);

		if (!text) {
			perror("follow");
			exit(70);
		}
		f->text = text;
		f->room = f->length + 2 * READ_SIZE;
	}
	got = pread(f->fd, f->text + f->length, READ_SIZE, f->read);
	if (got <= 0)
		return false;
	f->length += (size_t)got;
	f->read += got;
	return true;
}

const char *follow_line(struct follow *f, size_t *length)
{
	bool reopened = false;

	for (;;) {
		char *line = f->text ? f->text + f->begin : NULL;
		char *end = line ? memchr(line, '\n', f->length - f->begin) : NULL;

		if (end) {
			*length = (size_t)(end - line);
			f->begin += *length + 1;
			return line;
		}
		if (read_more(f))
			continue;
		/* The old file is read to its end before a new one of the same name is opened. */
		if (reopened)
			return NULL;
		reopen(f);
		reopened = true;
	}
}

bool follow_wait(struct follow *f, uint64_t ns, const sigset_t *mask)
{
	struct timespec limit = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
	struct pollfd poll = { .fd = f->notify, .events = POLLIN };
	char events[4096];

	if (ppoll(&poll, 1, ns == UINT64_MAX ? NULL : &limit, mask) <= 0)
		return false;
	/* Which file changed does not matter: the reader looks anyway. An overflow of the queue is news, too. */
	while (read(f->notify, events, sizeof(events)) > 0)
		;
	return true;
}

size_t follow_rest(const struct follow *f)
{
	return f->length - f->begin;
}

void follow_close(struct follow *f)
{
	if (f->fd >= 0)
		close(f->fd);
	close(f->notify);
	free(f->text);
}

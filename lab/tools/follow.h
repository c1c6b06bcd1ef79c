/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows a file of lines that others append to. The file may not exist yet, may be cut short (it is read from its
 * start again, unless it has grown to what was read before anybody looked) and may be replaced by another of its name;
 * its folder must exist.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct follow {
	const char *path;
	int notify;        /* inotify on the folder */
	int fd;            /* -1: no such file yet */
	ino_t inode;
	off_t read;
	char *text;        /* read, not yet handed out */
	size_t length, room, begin;
};

/* False (errno) when the folder cannot be watched. */
bool follow_open(struct follow *follow, const char *path);

/* The next whole line that is there, without its newline, or null. Valid until the next call. */
const char *follow_line(struct follow *follow, size_t *length);

/* Waits until the file may have changed; false after NS nanoseconds, or when a signal came that MASK lets in. */
bool follow_wait(struct follow *follow, uint64_t ns, const sigset_t *mask);

/* What is left: the bytes of a line without its end. */
size_t follow_rest(const struct follow *follow);
void follow_close(struct follow *follow);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The line on which results leave a machine. Several programs write to it; a lock keeps their lines whole. */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stddef.h>

#define SERIAL_DEVICE "/dev/ttyS1"
#define SERIAL_LOCK "/run/miglab/say.lock"

struct serial {
	int fd;
	int lock;
};

/* TO is a terminal or a file that is appended to. False, with a message on stderr, when it cannot be opened. */
bool serial_open(struct serial *serial, const char *to, const char *lock);

/* Writes all of TEXT, alone; false (errno) when that failed. */
bool serial_write(struct serial *serial, const char *text, size_t length);

#endif

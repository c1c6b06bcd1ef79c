// SPDX-License-Identifier: GPL-2.0-only
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* A fresh terminal would turn every newline into two characters and echo. */
static void make_raw(int fd)
{
	struct termios mode;

	if (tcgetattr(fd, &mode))
		return;
	cfmakeraw(&mode);
	mode.c_cflag |= CLOCAL;
	cfsetspeed(&mode, B115200);
	tcsetattr(fd, TCSANOW, &mode);
}

static int open_lock(const char *path)
{
	char *copy = strdup(path);

	/* Fails when it is there, which is as good; only one level is ours to make. */
	mkdir(dirname(copy), 0755);
	free(copy);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

bool serial_open(struct serial *serial, const char *to, const char *lock)
{
	serial->lock = open_lock(lock);
	if (serial->lock < 0) {
		fprintf(stderr, "say: %s: %s\n", lock, strerror(errno));
		return false;
	}
	/* Without O_NONBLOCK the open could wait for a carrier. */
	serial->fd = open(to, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0644);
	if (serial->fd < 0) {
		fprintf(stderr, "say: %s: %s\n", to, strerror(errno));
		return false;
	}
	fcntl(serial->fd, F_SETFL, O_APPEND);
	make_raw(serial->fd);
	return true;
}

static bool write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			text += written;
			length -= (size_t)written;
		}
	}
	return true;
}

bool serial_write(struct serial *serial, const char *text, size_t length)
{
	bool written;
	int error;

	while (flock(serial->lock, LOCK_EX))
		if (errno != EINTR)
			return false;
	written = write_all(serial->fd, text, length);
	error = errno;
	flock(serial->lock, LOCK_UN);
	errno = error;
	return written;
}

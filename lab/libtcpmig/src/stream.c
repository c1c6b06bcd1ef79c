// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

void stream_hurry(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Also of descriptors that block: poll(2) says that there is something to read, or some room. */
static int await(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static bool again(int error)
{
	return error == EINTR || error == EAGAIN;
}

/* A socket must neither raise SIGPIPE nor wait longer than poll(2) did; a file takes what it is given. */
static ssize_t write_some(int fd, const void *data, size_t size)
{
	ssize_t n = send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 && errno == ENOTSOCK ? write(fd, data, size) : n;
}

int stream_write(int fd, const void *data, size_t size, int timeout_ms)
{
	for (const char *at = data; size;) {
		int error = await(fd, POLLOUT, timeout_ms);
		ssize_t n;

		if (error)
			return error;
		n = write_some(fd, at, size);
		if (n < 0 && again(errno))
			continue;
		if (n < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		at += n;
		size -= n;
	}
	return 0;
}

static int read_until(int fd, void *data, size_t size, int timeout_ms, int at_end)
{
	for (char *at = data; size; at_end = -EPIPE) {
		int error = await(fd, POLLIN, timeout_ms);
		ssize_t n;

		if (error)
			return error;
		do
			n = read(fd, at, size);
		while (n < 0 && errno == EINTR);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		if (!n)
			return at_end;
		at += n;
		size -= n;
	}
	return 0;
}

int stream_read(int fd, void *data, size_t size, int timeout_ms)
{
	return read_until(fd, data, size, timeout_ms, -EPIPE);
}

int stream_read_or_end(int fd, void *data, size_t size, int timeout_ms)
{
	return read_until(fd, data, size, timeout_ms, 1);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole messages on a stream socket. */
#ifndef TCPMIG_STATES_CHANNEL_H
#define TCPMIG_STATES_CHANNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* False with errno; 0 there means that the other end has closed. */
static inline bool receive_all(int fd, void *data, size_t size)
{
	for (uint8_t *at = data; size;) {
		ssize_t n = recv(fd, at, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : 0;
			return false;
		}
		at += n;
		size -= n;
	}
	return true;
}

static inline bool send_all(int fd, const void *data, size_t size)
{
	for (const uint8_t *at = data; size;) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? n : 0;
		size -= n > 0 ? n : 0;
	}
	return true;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole messages on a descriptor, with a time-out. */
#ifndef LIBTCPMIG_STREAM_H
#define LIBTCPMIG_STREAM_H

#include <stddef.h>

/* Of TCP no message waits for the acknowledgement of the one before (RFC 1122, 4.2.3.4); of all else nothing. */
void stream_hurry(int fd);

/* -EPIPE when the other end is gone or the file ends before `size` bytes; -ETIMEDOUT when nothing moves for timeout_ms. */
int stream_write(int fd, const void *data, size_t size, int timeout_ms);
int stream_read(int fd, void *data, size_t size, int timeout_ms);
/* The same, but 1 when the stream ends before the first byte. */
int stream_read_or_end(int fd, void *data, size_t size, int timeout_ms);

#endif

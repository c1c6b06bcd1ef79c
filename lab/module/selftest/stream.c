// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of a connection: made, sent, read and compared. */
#include "selftest.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK 65536

static uint64_t word_at(uint32_t direction, uint64_t index)
{
	uint64_t x = index * 0x9e3779b97f4a7c15u + direction + 1;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	return x ^ (x >> 29);
}

static void fill(uint8_t *to, uint32_t direction, uint64_t offset, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++, offset++) {
		if (!i || !(offset & 7))
			word = word_at(direction, offset >> 3);
		to[i] = word >> (8 * (offset & 7));
	}
}

static bool would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

uint64_t stream_tx_left(const struct stream *s)
{
	return (s->node_sends ? s->order.reply_bytes : s->order.bytes) - s->tx;
}

static bool step_order(int fd, struct stream *s)
{
	uint8_t *at = (uint8_t *)&s->order + s->order_sent;
	size_t rest = sizeof(s->order) - s->order_sent;
	ssize_t n = s->node_sends ? read(fd, at, rest) : send(fd, at, rest, MSG_NOSIGNAL);

	if (n <= 0) {
		if (!n)
			errno = ECONNRESET;
		return n < 0 && would_wait();
	}
	s->order_sent += n;
	if (s->order_sent == sizeof(s->order) && s->order.magic != ORDER_MAGIC) {
		errno = EPROTO;
		return false;
	}
	return true;
}

static bool step_send(int fd, struct stream *s)
{
	uint8_t block[BLOCK];
	uint64_t rest = stream_tx_left(s);
	ssize_t n;

	if (!rest)
		return true;
	rest = rest > BLOCK ? BLOCK : rest;
	fill(block, s->node_sends, s->tx, rest);
	n = send(fd, block, rest, MSG_NOSIGNAL);
	if (n < 0)
		return would_wait();
	s->tx += n;
	if (!stream_tx_left(s))
		shutdown(fd, SHUT_WR);
	return true;
}

static bool step_read(int fd, struct stream *s)
{
	uint8_t block[BLOCK], expected[BLOCK];
	ssize_t n = read(fd, block, BLOCK);

	if (n < 0)
		return would_wait();
	if (!n) {
		s->eof = 1;
		return true;
	}
	fill(expected, !s->node_sends, s->rx, n);
	if (memcmp(block, expected, n))
		for (ssize_t i = 0; i < n; i++)
			s->rx_wrong += block[i] != expected[i];
	s->rx += n;
	return true;
}

bool stream_step(int fd, struct stream *s, bool read_now)
{
	if (s->order_sent < sizeof(s->order))
		return step_order(fd, s);
	return step_send(fd, s) && (!read_now || s->eof || step_read(fd, s));
}

bool stream_done(const struct stream *s)
{
	return s->order_sent == sizeof(s->order) && s->eof && !stream_tx_left(s);
}

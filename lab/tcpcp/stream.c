// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

#define BLOCK 16384u
/* A paced sender wakes for no less than this: a segment. */
#define PIECE 1448u

static uint64_t word_at(uint64_t key, uint64_t index)
{
	uint64_t x = (index + key) * 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	return x ^ (x >> 29);
}

static void fill(uint8_t *to, const struct stream *s, bool from_server, uint64_t offset, size_t size)
{
	uint64_t key = (uint64_t)s->order.seed << 33 | (uint64_t)from_server << 32, word = 0;

	for (size_t i = 0; i < size; i++, offset++) {
		if (!i || !(offset & 7))
			word = word_at(key, offset >> 3);
		to[i] = word >> (8 * (offset & 7));
	}
}

static bool would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static bool ordered(const struct stream *s)
{
	return s->order_bytes == sizeof(s->order);
}

void stream_begin(struct stream *s)
{
	s->since_ns = now_ns();
	s->sent_then = s->sent;
}

static uint64_t *limit_of(struct stream *s)
{
	return s->at_server ? &s->order.down : &s->order.up;
}

uint64_t stream_left(const struct stream *s)
{
	return *limit_of((struct stream *)s) - s->sent;
}

void stream_end(int fd, struct stream *s)
{
	if (!ordered(s) || *limit_of(s) != ENDLESS)
		return;
	*limit_of(s) = s->sent;
	shutdown(fd, SHUT_WR);
}

bool stream_done(const struct stream *s)
{
	return ordered(s) && s->eof && !stream_left(s);
}

static uint64_t piece(const struct stream *s)
{
	uint64_t left = stream_left(s);

	return left < PIECE ? left : PIECE;
}

/* What the rate allows by now, of bytes from `since_ns` on. */
static uint64_t due(const struct stream *s)
{
	return s->sent_then + (uint64_t)((double)(now_ns() - s->since_ns) / 1e9 * s->order.rate);
}

static uint64_t allowance(const struct stream *s)
{
	uint64_t left = stream_left(s), by_now = due(s);

	if (!s->order.rate)
		return left;
	if (by_now < s->sent + piece(s))
		return 0;
	return by_now - s->sent < left ? by_now - s->sent : left;
}

short stream_events(const struct stream *s)
{
	short events = s->eof ? 0 : POLLIN;

	if (!ordered(s))
		return s->at_server ? POLLIN : POLLOUT;
	return events | (allowance(s) ? POLLOUT : 0);
}

int stream_wait_ms(const struct stream *s)
{
	uint64_t wanted = s->sent + piece(s), by_now;

	if (!ordered(s) || !stream_left(s) || allowance(s))
		return -1;
	by_now = due(s);
	return by_now < wanted ? 1 + (wanted - by_now) * 1000 / s->order.rate : 0;
}

static bool step_order(int fd, struct stream *s)
{
	uint8_t *at = (uint8_t *)&s->order + s->order_bytes;
	size_t rest = sizeof(s->order) - s->order_bytes;
	ssize_t n = s->at_server ? read(fd, at, rest) : send(fd, at, rest, MSG_NOSIGNAL);

	if (n <= 0) {
		errno = n ? errno : ECONNRESET;
		return n && would_wait();
	}
	s->order_bytes += n;
	if (ordered(s) && s->order.magic != ORDER_MAGIC) {
		errno = EPROTO;
		return false;
	}
	if (ordered(s)) {
		stream_begin(s);
		if (!stream_left(s))
			shutdown(fd, SHUT_WR);
	}
	return true;
}

static bool step_send(int fd, struct stream *s)
{
	uint64_t size = allowance(s);
	uint8_t block[BLOCK];
	ssize_t n;

	if (!size)
		return true;
	size = size < BLOCK ? size : BLOCK;
	fill(block, s, s->at_server, s->sent, size);
	n = send(fd, block, size, MSG_NOSIGNAL);
	if (n < 0)
		return would_wait();
	s->sent += n;
	if (!stream_left(s))
		shutdown(fd, SHUT_WR);
	return true;
}

static bool step_read(int fd, struct stream *s)
{
	uint8_t block[BLOCK], expected[BLOCK];
	ssize_t n = s->eof ? -1 : read(fd, block, BLOCK);

	if (n < 0)
		return s->eof || would_wait();
	s->eof = !n;
	fill(expected, s, !s->at_server, s->received, n);
	if (memcmp(block, expected, n))
		for (ssize_t i = 0; i < n; i++)
			s->wrong += block[i] != expected[i];
	s->received += n;
	if (s->eof && s->at_server)
		stream_end(fd, s);
	return true;
}

bool stream_step(int fd, struct stream *s)
{
	if (!ordered(s))
		return step_order(fd, s);
	return step_send(fd, s) && step_read(fd, s);
}

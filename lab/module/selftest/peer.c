// SPDX-License-Identifier: GPL-2.0-only
/* The peer: an ordinary program that connects, sends, reads, and knows nothing of moves. */
#include "selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int report(unsigned int id, const struct stream *s, const char *state)
{
	bool good = !strcmp(state, "eof") && !s->rx_wrong && s->rx == s->order.reply_bytes;

	say("peer", "\"conn\":%u,\"tx_bytes\":%llu,\"rx_bytes\":%llu,\"rx_wrong\":%llu,\"state\":\"%s\"", id,
	    (unsigned long long)s->tx, (unsigned long long)s->rx, (unsigned long long)s->rx_wrong, state);
	return !good;
}

static int run_connection(const struct options *o, unsigned int id)
{
	struct stream s = { .order = { .magic = ORDER_MAGIC, .hold_ms = o->hold_ms, .bytes = o->bytes,
				       .reply_bytes = o->reply_bytes } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t read_from;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&o->connect, sizeof(o->connect)))
		return report(id, &s, errno == ECONNREFUSED ? "refused" : "unreachable");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	read_from = now_ns() + o->hold_ms * 1000000ull;
	while (!stream_done(&s)) {
		bool reading = now_ns() >= read_from;
		bool sending = stream_tx_left(&s);
		struct pollfd p = { .fd = fd, .events = (reading && !s.eof ? POLLIN : 0) | (sending ? POLLOUT : 0) };

		poll(&p, 1, reading ? -1 : 10);
		if (!stream_step(fd, &s, reading))
			return report(id, &s, "reset");
	}
	return report(id, &s, "eof");
}

int run_peer(const struct options *o)
{
	unsigned int started = 0, running = 0, bad = 0;
	int status;

	while (started < o->connections || running) {
		if (started < o->connections && running < o->parallel) {
			if (!fork())
				_exit(run_connection(o, started));
			started++;
			running++;
			continue;
		}
		if (wait(&status) > 0) {
			running--;
			bad += !WIFEXITED(status) || WEXITSTATUS(status);
		}
	}
	say("peer-end", "\"connections\":%u,\"bad\":%u", o->connections, bad);
	return bad ? 1 : 0;
}

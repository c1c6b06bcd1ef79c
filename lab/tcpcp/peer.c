// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"
#include "stream.h"

struct end {
	int fd;
	unsigned int number, port;
	struct stream stream;
};

static unsigned int port_of(int fd)
{
	struct sockaddr_in here = {};
	socklen_t size = sizeof(here);

	getsockname(fd, (struct sockaddr *)&here, &size);
	return ntohs(here.sin_port);
}

static bool bind_port(int fd, uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };

	return !port || !bind(fd, (const struct sockaddr *)&here, sizeof(here));
}

static void begin(struct end *e, const struct wishes *w, unsigned int number)
{
	*e = (struct end){ .number = number };
	e->stream.order = (struct order){ ORDER_MAGIC, w->seed + number, w->down, w->up, w->rate };
	e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->fd < 0 || !bind_port(e->fd, w->port ? w->port + number : 0) ||
	    connect(e->fd, (const struct sockaddr *)&w->server, sizeof(w->server)))
		die("connect");
	fcntl(e->fd, F_SETFL, O_NONBLOCK);
	e->port = port_of(e->fd);
	say("connected", "\"number\":%u,\"port\":%u", number, e->port);
}

/* Whether it was as ordered. */
static bool finish(struct end *e, int error)
{
	const struct stream *s = &e->stream;
	bool whole = (s->order.down == ENDLESS || s->received == s->order.down) && s->sent == s->order.up;
	bool good = !error && !s->wrong && whole;

	say("peer", "\"number\":%u,\"port\":%u,\"sent\":%llu,\"received\":%llu,\"wrong\":%llu,\"state\":\"%s\"", e->number,
	    e->port, (unsigned long long)s->sent, (unsigned long long)s->received, (unsigned long long)s->wrong,
	    error ? strerrorname_np(error) : "eof");
	close(e->fd);
	e->fd = -1;
	return good;
}

/* Readable from when the program is told to end its endless streams. */
static int listen_for_end(void)
{
	sigset_t end;
	int fd;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	fd = signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("signalfd");
	return fd;
}

/* p[count] is of listen_for_end(). */
static void await(struct end *ends, struct pollfd *p, unsigned int count)
{
	int wait = -1;

	for (unsigned int i = 0; i < count; i++) {
		bool open = ends[i].fd >= 0;
		int ms = open ? stream_wait_ms(&ends[i].stream) : -1;

		p[i] = (struct pollfd){ .fd = ends[i].fd, .events = open ? stream_events(&ends[i].stream) : 0 };
		wait = ms >= 0 && (wait < 0 || ms < wait) ? ms : wait;
	}
	p[count].revents = 0;
	poll(p, count + 1, wait);
}

int run_peer(const struct wishes *w)
{
	struct end *ends = calloc(w->connections, sizeof(*ends));
	struct pollfd *p = calloc(w->connections + 1, sizeof(*p));
	unsigned int open = w->connections, bad = 0;

	if (!ends || !p)
		die("memory");
	for (unsigned int i = 0; i < w->connections; i++)
		begin(&ends[i], w, i);
	p[w->connections] = (struct pollfd){ .fd = listen_for_end(), .events = POLLIN };
	while (open) {
		await(ends, p, w->connections);
		for (unsigned int i = 0; i < w->connections; i++) {
			bool good;

			if (ends[i].fd < 0)
				continue;
			if (p[w->connections].revents)
				stream_end(ends[i].fd, &ends[i].stream);
			good = stream_step(ends[i].fd, &ends[i].stream);
			if (good && !stream_done(&ends[i].stream))
				continue;
			bad += !finish(&ends[i], good ? 0 : errno);
			open--;
		}
	}
	say("peer-end", "\"connections\":%u,\"bad\":%u", w->connections, bad);
	free(ends);
	free(p);
	return bad ? 1 : 0;
}

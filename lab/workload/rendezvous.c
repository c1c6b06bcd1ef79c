// SPDX-License-Identifier: GPL-2.0-only
#include "rendezvous.h"

#include "monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One try may be lost (no neighbour yet, the listener not up yet); the next comes after this time at most. */
#define TRY_NS NS_PER_S
#define PAUSE_NS (50 * NS_PER_MS)

struct deadline {
	uint64_t at_ns; /* 0: none */
	const atomic_bool *stop;
};

static bool over(const struct deadline *deadline)
{
	return atomic_load(deadline->stop) || (deadline->at_ns && monotonic_ns() >= deadline->at_ns);
}

/* Waits for EVENTS on FD (-1: only waits) at most NS; signals come in here only, so none is missed. */
static bool wait_for(int fd, short events, uint64_t ns)
{
	struct timespec limit = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
	struct pollfd poll = { .fd = fd, .events = events };
	sigset_t open;

	sigprocmask(SIG_BLOCK, NULL, &open);
	sigdelset(&open, SIGTERM);
	sigdelset(&open, SIGINT);
	return ppoll(&poll, 1, &limit, &open) > 0;
}

static int option_failed(const char *what)
{
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	return -1;
}

static int new_socket(const struct options *o)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return option_failed("socket");
	if ((!o->sndbuf || !setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &o->sndbuf, sizeof(int))) &&
	    (!o->rcvbuf || !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o->rcvbuf, sizeof(int))) &&
	    (!o->congestion || !setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, o->congestion, strlen(o->congestion))))
		return fd;
	close(fd);
	return option_failed("setsockopt (--sndbuf, --rcvbuf, --cc)");
}

static bool make_blocking(int fd)
{
	return !fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

/* 0 or the reason why the connection did not come about. */
static int try_connect(int fd, const struct sockaddr_in *endpoint)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (!connect(fd, (const struct sockaddr *)endpoint, sizeof(*endpoint)))
		return 0;
	if (errno != EINPROGRESS && errno != EINTR)
		return errno;
	if (!wait_for(fd, POLLOUT, TRY_NS))
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static int connect_one(const struct options *o, const struct deadline *deadline)
{
	int error = 0;

	while (!over(deadline)) {
		int fd = new_socket(o);

		if (fd < 0)
			return -1;
		error = try_connect(fd, &o->endpoint);
		if (!error && make_blocking(fd))
			return fd;
		close(fd);
		wait_for(-1, 0, PAUSE_NS);
	}
	fprintf(stderr, "workload: connect: %s\n", atomic_load(deadline->stop) ? "stopped" : strerror(error));
	return -1;
}

static int accept_one(int listener, const struct deadline *deadline)
{
	while (!over(deadline)) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && make_blocking(fd))
			return fd;
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED))
			return option_failed("accept");
		wait_for(listener, POLLIN, TRY_NS);
	}
	fprintf(stderr, "workload: accept: %s\n", atomic_load(deadline->stop) ? "stopped" : "nobody connected in time");
	return -1;
}

int rendezvous_listen(const struct options *o)
{
	int fd = o->listen ? new_socket(o) : -1, on = 1;

	if (fd < 0)
		return o->listen ? RENDEZVOUS_FAILED : -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !bind(fd, (const struct sockaddr *)&o->endpoint, sizeof(o->endpoint)) && !listen(fd, 4096))
		return fd;
	option_failed("listen");
	close(fd);
	return RENDEZVOUS_FAILED;
}

bool rendezvous(const struct options *o, int listener, const atomic_bool *stop, int *fds)
{
	struct deadline deadline = { o->connect_ns ? monotonic_ns() + o->connect_ns : 0, stop };
	unsigned int i = 0;

	for (; i < o->connections; i++) {
		fds[i] = o->listen ? accept_one(listener, &deadline) : connect_one(o, &deadline);
		if (fds[i] < 0)
			break;
	}
	if (listener >= 0)
		close(listener);
	for (unsigned int k = 0; i < o->connections && k < i; k++)
		close(fds[k]);
	return i == o->connections;
}

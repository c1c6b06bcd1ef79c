// SPDX-License-Identifier: GPL-2.0-only
#include "connections.h"
#include "json_line.h"
#include "monotonic.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct listener {
	const char *name;
	int fd, epoll;
	uint64_t accepted, echoed, open, broken;
};

static volatile sig_atomic_t terminated;

static void terminate(int signal)
{
	(void)signal;
	terminated = 1;
}

static void watch(struct listener *l, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void admit(struct listener *l)
{
	char line[CONNECTIONS_NAME + 2];
	int length = snprintf(line, sizeof(line), "%s\n", l->name), fd;

	while ((fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		l->accepted++;
		l->open++;
		/* A fresh connection's buffer always takes a line. */
		if (send(fd, line, (size_t)length, MSG_NOSIGNAL) != length)
			l->broken++;
		watch(l, fd);
	}
}

static void leave(struct listener *l, int fd, bool broken)
{
	close(fd);
	l->open--;
	l->broken += broken;
}

/* One byte at a time is sent by the probe, so what is read fits the send buffer. */
static void echo(struct listener *l, int fd)
{
	char bytes[4096];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		leave(l, fd, got < 0);
	else if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) == got)
		l->echoed += (uint64_t)got;
	else
		leave(l, fd, true);
}

static void serve(struct listener *l, const sigset_t *open)
{
	struct epoll_event events[256];

	while (!terminated) {
		int count = epoll_pwait(l->epoll, events, 256, -1, open);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == l->fd)
				admit(l);
			else
				echo(l, events[i].data.fd);
		}
	}
}

static void report(const struct listener *l, const char *event, int out)
{
	struct json_line line = { 0 };

	json_begin(&line, event);
	json_u64(&line, "t_ns", monotonic_ns());
	json_string(&line, "name", l->name);
	json_u64(&line, "accepted", l->accepted);
	json_u64(&line, "echoed", l->echoed);
	json_u64(&line, "open", l->open);
	json_u64(&line, "broken", l->broken);
	json_end(&line, out);
	json_release(&line);
}

int connections_serve(const struct sockaddr_in *endpoint, const char *name, int out)
{
	struct listener l = { .name = name, .epoll = epoll_create1(0) };
	struct sigaction action = { .sa_handler = terminate };
	sigset_t blocked, open;
	int on = 1;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigdelset(&open, SIGTERM);
	sigaction(SIGTERM, &action, NULL);
	l.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(l.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(l.fd, (const struct sockaddr *)endpoint, sizeof(*endpoint)) || listen(l.fd, 4096)) {
		fprintf(stderr, "connections: serve: %s\n", strerror(errno));
		return 69;
	}
	watch(&l, l.fd);
	report(&l, "connections-listen", out);
	serve(&l, &open);
	report(&l, "connections-serve", out);
	return 0;
}

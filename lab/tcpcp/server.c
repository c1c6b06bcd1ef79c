// SPDX-License-Identifier: GPL-2.0-only
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

/* More hand-overs than that between a doubt and its question are forgotten. */
#define LEDGER 1024

static void *serve_accepted(void *argument)
{
	connection_serve(argument);
	return NULL;
}

static void accept_peer(struct server *server, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct tcpmig_tuple tuple;
	struct connection *c;

	if (fd < 0)
		return;
	c = connection_new(server);
	if (!c || tcpmig_socket_tuple(fd, &tuple)) {
		close(fd);
		if (c)
			connection_free(c);
		return;
	}
	c->fd = fd;
	tcpmig_end_text(tuple.raddr, tuple.rport, c->peer);
	say("accept", "\"peer\":\"%s\"", c->peer);
	if (!thread_start(serve_accepted, c))
		connection_free(c);
}

static void accept_server(struct server *server, int listener)
{
	struct incoming *incoming = malloc(sizeof(*incoming));

	if (!incoming)
		return;
	*incoming = (struct incoming){ server, accept4(listener, NULL, NULL, SOCK_CLOEXEC) };
	if (incoming->stream >= 0 && thread_start(take_over, incoming))
		return;
	if (incoming->stream >= 0)
		close(incoming->stream);
	free(incoming);
}

static int must_listen(const struct sockaddr_in *address, const char *what)
{
	int fd = listen_on(address);

	if (fd < 0)
		die(what);
	return fd;
}

int run_server(const struct settings *settings)
{
	static struct server server = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };

	server.settings = settings;
	signal(SIGPIPE, SIG_IGN);
	if (tcpmig_ledger_new(&server.ledger, LEDGER))
		die("ledger");
	p[0].fd = must_listen(&settings->listen, "--listen");
	p[1].fd = must_listen(&settings->take, "--take");
	if (!thread_start(hear_orders, &server))
		die("thread");
	say("ready", "\"pid\":%d", getpid());
	for (;;) {
		if (poll(p, 2, -1) < 0) {
			if (errno != EINTR)
				die("poll");
			continue;
		}
		if (p[0].revents)
			accept_peer(&server, p[0].fd);
		if (p[1].revents)
			accept_server(&server, p[1].fd);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * relay LISTEN CONNECT DIRECTION FAULT OFFSET LENGTH
 * Carries one connection and does one harm to it. DIRECTION up: from the side that connected, down: to it. FAULT:
 * pass, flip (one bit of each of LENGTH bytes), drop, dup, swap (LENGTH bytes with the LENGTH behind), reset, cut (end of file).
 * It connects from the port it was connected from, because that port names the stream.
 */
#include "ipv4_endpoint.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct way {
	int from, to;
	const char *fault;
	size_t offset, length;
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static size_t take(struct way *w, char *buffer, size_t length)
{
	ssize_t got = recv(w->from, buffer, length, MSG_WAITALL);

	return got > 0 ? (size_t)got : 0;
}

static void give(struct way *w, const char *buffer, size_t length)
{
	while (length) {
		ssize_t sent = send(w->to, buffer, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		buffer += sent;
		length -= (size_t)sent;
	}
}

static void pass(struct way *w, size_t length)
{
	char buffer[65536];

	while (length) {
		size_t part = length < sizeof(buffer) ? length : sizeof(buffer);
		ssize_t got = recv(w->from, buffer, part, 0);

		if (got <= 0)
			break;
		give(w, buffer, (size_t)got);
		length -= (size_t)got;
	}
}

static void reset(struct way *w)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(w->to, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	setsockopt(w->from, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(w->to);
	close(w->from);
	exit(0);
}

static void harm(struct way *w)
{
	char *first = malloc(2 * w->length), *second = first + w->length;
	size_t length = take(w, first, w->length);

	if (!strcmp(w->fault, "reset"))
		reset(w);
	if (!strcmp(w->fault, "flip"))
		for (size_t i = 0; i < length; i++)
			first[i] ^= 0x10;
	if (!strcmp(w->fault, "swap"))
		give(w, second, take(w, second, w->length));
	if (!strcmp(w->fault, "dup"))
		give(w, first, length);
	if (strcmp(w->fault, "drop"))
		give(w, first, length);
	free(first);
}

static void *carry(void *argument)
{
	struct way *w = argument;

	if (strcmp(w->fault, "pass")) {
		pass(w, w->offset);
		harm(w);
	}
	if (strcmp(w->fault, "cut"))
		pass(w, SIZE_MAX);
	shutdown(w->to, SHUT_WR);
	/* Behind a cut the rest is swallowed, so that nobody sees a reset. */
	w->to = -1;
	pass(w, SIZE_MAX);
	return NULL;
}

static int accept_from(const struct sockaddr_in *at, struct sockaddr_in *client)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, fd;
	socklen_t size = sizeof(*client);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)at, sizeof(*at)) || listen(listener, 1))
		die("relay: listen");
	fd = accept(listener, (struct sockaddr *)client, &size);
	close(listener);
	return fd;
}

static int connect_as(struct sockaddr_in self, in_port_t port, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	self.sin_port = port;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) || connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		die("relay: connect");
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at, to, client;
	struct way up = { .fault = "pass" }, down = up, *bad;
	pthread_t thread;

	if (argc != 7 || !ipv4_endpoint_parse(argv[1], &at) || !ipv4_endpoint_parse(argv[2], &to))
		return 64;
	up.from = down.to = accept_from(&at, &client);
	up.to = down.from = connect_as(at, client.sin_port, &to);
	bad = strcmp(argv[3], "up") ? &down : &up;
	bad->fault = argv[4];
	bad->offset = strtoul(argv[5], NULL, 10);
	bad->length = strtoul(argv[6], NULL, 10);
	pthread_create(&thread, NULL, carry, &up);
	carry(&down);
	pthread_join(thread, NULL);
	return 0;
}

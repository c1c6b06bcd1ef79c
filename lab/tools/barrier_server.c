// SPDX-License-Identifier: GPL-2.0-only
#include "barrier_state.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS (2 * BARRIER_MEMBERS)

struct client {
	int fd;                /* -1: free */
	bool here;             /* a program of this machine */
	int member;            /* -1: waits for nothing */
	unsigned int number;
	size_t length;
	char line[BARRIER_LINE];
};

struct server {
	int listener;
	struct barrier_state state;
	struct client clients[CLIENTS];
};

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	c->member = -1;
}

/* Answers are short: one that does not fit the socket's buffer is to a client that does not read. */
static void answer(struct client *c, const char *text)
{
	size_t length = strlen(text);

	if (c->fd >= 0 && send(c->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
		drop(c);
}

static void tell_missing(struct server *s, struct client *c)
{
	char *names = barrier_missing(&s->state, c->number), *text;

	if (asprintf(&text, "missing\t%s\n", names) >= 0) {
		answer(c, text);
		free(text);
	}
	free(names);
}

static void release(struct server *s, struct client *c)
{
	char *values = barrier_values(&s->state, c->number, c->member);

	c->member = -1;
	answer(c, values);
	answer(c, "go\n");
	free(values);
}

static void settle_one(struct server *s, struct client *c)
{
	if (s->state.failure) {
		c->member = -1;
		answer(c, s->state.failure);
	} else if (barrier_complete(&s->state, c->number)) {
		release(s, c);
	} else {
		tell_missing(s, c);
	}
}

/*
 * Other machines first: a program of this one may get the processor as soon as it has its answer, and end the machine before
 * the others have theirs.
 */
static void settle(struct server *s)
{
	for (int here = 0; here <= 1; here++)
		for (struct client *c = s->clients; c < s->clients + CLIENTS; c++)
			if (c->member >= 0 && c->here == here)
				settle_one(s, c);
}

static void refuse(struct client *c, const char *member)
{
	char text[256];

	snprintf(text, sizeof(text), "fail\t%.80s\tis not one of the members\n", member);
	answer(c, text);
}

static void obey(struct server *s, struct client *c, char *line)
{
	char *words[BARRIER_WORDS], *end;
	int count = barrier_words(line, words);

	if (count >= 4 && !strcmp(words[0], "wait")) {
		int member = barrier_member(&s->state, words[1]);
		unsigned long number = strtoul(words[2], &end, 10);

		if (*end) {
			drop(c);
			return;
		}
		if (member < 0) {
			refuse(c, words[1]);
			return;
		}
		c->member = member;
		c->number = (unsigned int)number;
		barrier_arrive(&s->state, member, c->number, words[3], words + 4, count - 4);
	} else if (count == 3 && !strcmp(words[0], "fail")) {
		barrier_fail(&s->state, words[1], words[2]);
		answer(c, "noted\n");
	} else {
		drop(c);
		return;
	}
	settle(s);
}

static void hear(struct server *s, struct client *c)
{
	ssize_t got = recv(c->fd, c->line + c->length, sizeof(c->line) - c->length, MSG_DONTWAIT);
	char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || (c->length += (size_t)got) == sizeof(c->line)) {
		drop(c);
		return;
	}
	while (c->fd >= 0 && (end = memchr(c->line, '\n', c->length))) {
		char line[BARRIER_LINE];
		size_t length = (size_t)(end - c->line) + 1;

		*end = '\0';
		memcpy(line, c->line, length);
		memmove(c->line, c->line + length, c->length -= length);
		obey(s, c, line);
	}
}

static bool is_here(int fd)
{
	struct sockaddr_in own = { 0 }, other = { 0 };
	socklen_t length = sizeof(own);

	getsockname(fd, (struct sockaddr *)&own, &length);
	getpeername(fd, (struct sockaddr *)&other, &length);
	return own.sin_addr.s_addr == other.sin_addr.s_addr;
}

static void admit(struct server *s)
{
	int fd = accept(s->listener, NULL, NULL);

	for (struct client *c = s->clients; fd >= 0 && c < s->clients + CLIENTS; c++) {
		if (c->fd >= 0)
			continue;
		c->fd = fd;
		c->here = is_here(fd);
		c->member = -1;
		c->length = 0;
		return;
	}
	if (fd >= 0)
		close(fd);
}

static _Noreturn void serve(struct server *s)
{
	struct pollfd polls[CLIENTS + 1];

	for (;;) {
		polls[0] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
		for (int i = 0; i < CLIENTS; i++)
			polls[i + 1] = (struct pollfd){ .fd = s->clients[i].fd, .events = POLLIN };
		if (poll(polls, CLIENTS + 1, -1) <= 0)
			continue;
		for (int i = 0; i < CLIENTS; i++)
			if (polls[i + 1].revents && s->clients[i].fd == polls[i + 1].fd)
				hear(s, &s->clients[i]);
		if (polls[0].revents)
			admit(s);
	}
}

int barrier_serve(const struct sockaddr_in *endpoint, const char *members, bool background)
{
	struct server *s = calloc(1, sizeof(*s));
	int on = 1;

	if (!s || !barrier_state_open(&s->state, members)) {
		fprintf(stderr, "barrier: --members %s: a number or names with commas were expected\n", members);
		free(s);
		return 64;
	}
	for (int i = 0; i < CLIENTS; i++)
		s->clients[i].fd = s->clients[i].member = -1;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* For those that are accepted: an answer does not wait until an earlier one is acknowledged (RFC 896). */
	setsockopt(s->listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(s->listener, (const struct sockaddr *)endpoint, sizeof(*endpoint)) || listen(s->listener, 128) ||
	    (background && daemon(0, 0))) {
		fprintf(stderr, "barrier: serve: %s\n", strerror(errno));
		free(s);
		return 69;
	}
	serve(s);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "barrier.h"
#include "monotonic.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXIT_TIMEOUT 124
#define GO_ON (-1)
/* A try to connect ends after this time, and the next begins after the pause: the server's machine may still boot. */
#define TRY_NS NS_PER_S
#define PAUSE_NS (50 * NS_PER_MS)

struct question {
	const struct sockaddr_in *endpoint;
	const char *request;
	uint64_t end_ns;
	char missing[BARRIER_LINE];  /* empty: the server never answered */
	char *values;                /* lines to print with the release */
	size_t size;
	FILE *put;
};

static uint64_t left_ns(const struct question *q)
{
	uint64_t now_ns = monotonic_ns();

	return now_ns < q->end_ns ? q->end_ns - now_ns : 0;
}

static bool ready(int fd, short events, uint64_t ns)
{
	struct timespec limit = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
	struct pollfd poll = { .fd = fd, .events = events };

	return ppoll(&poll, 1, &limit, NULL) > 0;
}

static bool try_connect(int fd, const struct question *q)
{
	uint64_t limit_ns = left_ns(q) < TRY_NS ? left_ns(q) : TRY_NS;
	socklen_t size = sizeof(int);
	int error = 0;

	if (!connect(fd, (const struct sockaddr *)q->endpoint, sizeof(*q->endpoint)))
		return true;
	if (errno != EINPROGRESS || !ready(fd, POLLOUT, limit_ns))
		return false;
	return !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) && !error;
}

/* A connection on which the request has been sent, or -1. */
static int reach(const struct question *q)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char line[BARRIER_LINE];
	int length = snprintf(line, sizeof(line), "%s\n", q->request);

	if (try_connect(fd, q) && send(fd, line, (size_t)length, MSG_NOSIGNAL) == length)
		return fd;
	close(fd);
	return -1;
}

static void start_values(struct question *q)
{
	if (q->put)
		fclose(q->put);
	free(q->values);
	q->values = NULL;
	q->put = open_memstream(&q->values, &q->size);
}

static int release(struct question *q)
{
	fclose(q->put);
	q->put = NULL;
	fputs(q->values, stdout);
	return fflush(stdout) ? 1 : 0;
}

/* One line of the server; an exit code or GO_ON. */
static int understand(struct question *q, char *line)
{
	char *words[BARRIER_WORDS];
	int count = barrier_words(line, words);

	if (!strcmp(words[0], "go"))
		return release(q);
	if (!strcmp(words[0], "noted"))
		return 0;
	if (count == 2 && !strcmp(words[0], "missing"))
		snprintf(q->missing, sizeof(q->missing), "%s", words[1]);
	else if (count == 2 && !strcmp(words[0], "value"))
		fprintf(q->put, "%s\n", words[1]);
	else if (count == 3 && !strcmp(words[0], "fail")) {
		fprintf(stderr, "barrier: %s: %s\n", words[1], words[2]);
		return 1;
	}
	return GO_ON;
}

/* Reads what the server says until it releases, time is up or the connection ends (then GO_ON). */
static int listen_to(struct question *q, int fd)
{
	char text[2 * BARRIER_LINE], *end;
	size_t length = 0;
	int code;

	start_values(q);
	while (left_ns(q) && length < sizeof(text)) {
		ssize_t got;

		if (!ready(fd, POLLIN, left_ns(q)))
			continue;
		got = recv(fd, text + length, sizeof(text) - length, 0);
		if (got <= 0)
			return GO_ON;
		length += (size_t)got;
		while ((end = memchr(text, '\n', length))) {
			*end = '\0';
			code = understand(q, text);
			if (code != GO_ON)
				return code;
			length -= (size_t)(end + 1 - text);
			memmove(text, end + 1, length);
		}
	}
	return GO_ON;
}

static int too_late(const struct question *q, double timeout_s)
{
	fprintf(stderr, "barrier: %g s are over; %s%s\n", timeout_s,
		*q->missing ? "missing: " : "the server was not reached", q->missing);
	return EXIT_TIMEOUT;
}

int barrier_ask(const struct sockaddr_in *endpoint, const char *request, double timeout_s)
{
	struct question q = { endpoint, request, monotonic_ns() + (uint64_t)(timeout_s * NS_PER_S), "", NULL, 0, NULL };
	int code = GO_ON;

	while (code == GO_ON && left_ns(&q)) {
		int fd = reach(&q);

		if (fd >= 0) {
			code = listen_to(&q, fd);
			close(fd);
		}
		if (code == GO_ON)
			ready(-1, 0, left_ns(&q) < PAUSE_NS ? left_ns(&q) : PAUSE_NS);
	}
	if (q.put)
		fclose(q.put);
	free(q.values);
	return code == GO_ON ? too_late(&q, timeout_s) : code;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "connections.h"
#include "json_line.h"
#include "monotonic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMES_MAX 16

enum state {
	CONNECTING,
	NAMING,        /* waits for the listener's name */
	HELD,
	ECHOING,       /* a byte was sent and our half closed; reads to the end */
	DONE,
	REFUSED, TIMED_OUT, BROKEN,
};

struct attempt {
	int fd;
	enum state state;
	char name[CONNECTIONS_NAME];
	size_t named;
	unsigned char sent;
	unsigned int echoes, strange;   /* bytes that came back: the one sent, any other */
};

struct crowd {
	struct attempt *attempts;
	unsigned int count;
	unsigned int waiting;           /* attempts that have a step to finish */
	int epoll;
};

static void settle(struct crowd *crowd, struct attempt *a, enum state state)
{
	a->state = state;
	crowd->waiting--;
	if (state == HELD)
		return;
	close(a->fd);
	a->fd = -1;
}

static void settle_error(struct crowd *crowd, struct attempt *a, int error)
{
	settle(crowd, a, error == ECONNREFUSED ? REFUSED : error == ETIMEDOUT ? TIMED_OUT : BROKEN);
}

static void read_name(struct crowd *crowd, struct attempt *a)
{
	/* Byte by byte, so that nothing behind the newline is taken for the name. */
	while (a->named < sizeof(a->name)) {
		ssize_t got = recv(a->fd, a->name + a->named, 1, 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0)
			break;
		if (a->name[a->named] == '\n') {
			a->name[a->named] = '\0';
			settle(crowd, a, HELD);
			return;
		}
		a->named++;
	}
	settle(crowd, a, BROKEN);
}

static void read_echo(struct crowd *crowd, struct attempt *a)
{
	unsigned char byte;
	ssize_t got;

	while ((got = recv(a->fd, &byte, 1, 0)) == 1) {
		if (byte == a->sent)
			a->echoes++;
		else
			a->strange++;
	}
	if (!got)
		settle(crowd, a, DONE);
	else if (errno != EAGAIN && errno != EINTR)
		settle(crowd, a, BROKEN);
}

static void progress(struct crowd *crowd, struct attempt *a)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (a->state == CONNECTING) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = a };

		getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error) {
			settle_error(crowd, a, error);
			return;
		}
		a->state = NAMING;
		epoll_ctl(crowd->epoll, EPOLL_CTL_MOD, a->fd, &event);
	}
	if (a->state == NAMING)
		read_name(crowd, a);
	else if (a->state == ECHOING)
		read_echo(crowd, a);
}

static void begin(struct crowd *crowd, struct attempt *a, const struct sockaddr_in *to)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = a };

	*a = (struct attempt){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .state = CONNECTING };
	crowd->waiting++;
	if (a->fd < 0)
		settle(crowd, a, BROKEN);
	else if (connect(a->fd, (const struct sockaddr *)to, sizeof(*to)) && errno != EINPROGRESS)
		settle_error(crowd, a, errno);
	else
		epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, a->fd, &event);
}

/* Serves all attempts until each has finished its step; those that have not after NS are timed out. */
static void wait_for_all(struct crowd *crowd, uint64_t ns)
{
	uint64_t end_ns = monotonic_ns() + ns, now_ns;
	struct epoll_event events[256];

	while (crowd->waiting && (now_ns = monotonic_ns()) < end_ns) {
		int ms = (int)((end_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
		int count = epoll_wait(crowd->epoll, events, 256, ms);

		for (int i = 0; i < count; i++)
			progress(crowd, events[i].data.ptr);
	}
	for (unsigned int i = 0; crowd->waiting && i < crowd->count; i++)
		if (crowd->attempts[i].state <= ECHOING && crowd->attempts[i].state != HELD)
			settle(crowd, &crowd->attempts[i], TIMED_OUT);
}

static void connect_all(struct crowd *crowd, const struct probe *probe, uint16_t port)
{
	struct sockaddr_in to = probe->to;

	to.sin_port = port;
	crowd->waiting = 0;
	crowd->count = probe->count;
	for (unsigned int i = 0; i < crowd->count; i++)
		begin(crowd, &crowd->attempts[i], &to);
	wait_for_all(crowd, probe->timeout_ns);
}

/* One byte on each; the listener sends it back and closes, and anything else that comes before is strange. */
static void echo_all(struct crowd *crowd, uint64_t timeout_ns)
{
	for (unsigned int i = 0; i < crowd->count; i++) {
		struct attempt *a = &crowd->attempts[i];

		if (a->state != HELD)
			continue;
		crowd->waiting++;
		a->state = ECHOING;
		a->sent = (unsigned char)(1 + i % 255);
		if (send(a->fd, &a->sent, 1, MSG_NOSIGNAL) != 1 || shutdown(a->fd, SHUT_WR))
			settle(crowd, a, BROKEN);
	}
	wait_for_all(crowd, timeout_ns);
}

static unsigned int in_state(const struct crowd *crowd, enum state state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < crowd->count; i++)
		count += crowd->attempts[i].state == state;
	return count;
}

static void put_failures(struct json_line *line, const struct crowd *crowd)
{
	json_u64(line, "refused", in_state(crowd, REFUSED));
	json_u64(line, "timed_out", in_state(crowd, TIMED_OUT));
	json_u64(line, "broken", in_state(crowd, BROKEN));
}

static void put_names(struct json_line *line, const struct crowd *crowd)
{
	const char *names[NAMES_MAX];
	unsigned int counts[NAMES_MAX] = { 0 }, known = 0;

	for (unsigned int i = 0; i < crowd->count; i++) {
		unsigned int k = 0;

		if (crowd->attempts[i].state != HELD)
			continue;
		while (k < known && strcmp(names[k], crowd->attempts[i].name))
			k++;
		if (k == NAMES_MAX)
			continue;
		if (k == known)
			names[known++] = crowd->attempts[i].name;
		counts[k]++;
	}
	json_open(line, "by", '{');
	for (unsigned int k = 0; k < known; k++)
		json_u64(line, names[k], counts[k]);
	json_close(line, '}');
}

static unsigned int put_echoes(struct json_line *line, const struct crowd *crowd)
{
	unsigned int right = 0;

	for (unsigned int i = 0; i < crowd->count; i++) {
		const struct attempt *a = &crowd->attempts[i];

		right += a->state == DONE && a->echoes == 1 && !a->strange;
	}
	json_open(line, "echo", '{');
	json_u64(line, "exactly_once", right);
	put_failures(line, crowd);
	json_close(line, '}');
	return right;
}

static bool probe_open_port(struct json_line *line, struct crowd *crowd, const struct probe *probe)
{
	connect_all(crowd, probe, probe->to.sin_port);
	json_u64(line, "asked", crowd->count);
	json_u64(line, "connected", in_state(crowd, HELD));
	put_names(line, crowd);
	put_failures(line, crowd);
	echo_all(crowd, probe->timeout_ns);
	return put_echoes(line, crowd) == crowd->count;
}

static bool probe_closed_port(struct json_line *line, struct crowd *crowd, const struct probe *probe)
{
	connect_all(crowd, probe, htons(probe->closed_port));
	json_open(line, "closed", '{');
	json_u64(line, "asked", crowd->count);
	json_u64(line, "connected", in_state(crowd, HELD));
	put_failures(line, crowd);
	json_close(line, '}');
	return in_state(crowd, REFUSED) == crowd->count;
}

int connections_probe(const struct probe *probe)
{
	struct crowd crowd = { .attempts = calloc(probe->count, sizeof(struct attempt)), .epoll = epoll_create1(0) };
	struct json_line line = { 0 };
	bool good;

	if (!crowd.attempts || crowd.epoll < 0) {
		fprintf(stderr, "connections: %s\n", strerror(errno));
		return 69;
	}
	json_begin(&line, "connections");
	json_u64(&line, "t_ns", monotonic_ns());
	good = probe_open_port(&line, &crowd, probe);
	if (probe->closed_port)
		good = probe_closed_port(&line, &crowd, probe) && good;
	json_end(&line, probe->out);
	json_release(&line);
	free(crowd.attempts);
	return good ? 0 : 1;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Orders to a server, and what is made of its answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "say.h"
#include "server.h"

enum { GOOD = 0, FAILED = 1, IN_DOUBT = 2 };

/* The answer, as lines. Ends the program when there is no server. */
static FILE *ask(const char *path, const char *line)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	errno = ENAMETOOLONG;
	if (fd < 0 || !control_address(path, &address) || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		die(path);
	return fdopen(fd, "r");
}

int give_order(const char *path, const char *order)
{
	FILE *answer = ask(path, order);
	char line[4096], status[64] = "";

	while (fgets(line, sizeof(line), answer)) {
		const char *at = strstr(line, "\"status\":\"");

		fputs(line, stdout);
		if (at)
			sscanf(at + 10, "%63[^\"]", status);
	}
	fclose(answer);
	/* A list has none; a server that dies over an order tells none. */
	if (!*status)
		return strcmp(order, "list") ? FAILED : GOOD;
	if (!strcmp(status, "passed"))
		return GOOD;
	return strcmp(status, "in-doubt") ? FAILED : IN_DOUBT;
}

/* What a server has, and how far it was with it. */
struct listing {
	struct {
		char peer[TCPMIG_END_TEXT];
		unsigned long long served;
	} *connections;
	size_t count;
};

static void add(struct listing *l, const char *line)
{
	const char *at = strstr(line, "\"peer\":");

	l->connections = realloc(l->connections, (l->count + 1) * sizeof(*l->connections));
	if (!l->connections)
		die("memory");
	if (at && sscanf(at, "\"peer\":\"%55[^\"]\",\"served\":%llu", l->connections[l->count].peer,
			 &l->connections[l->count].served) == 2)
		l->count++;
}

static struct listing list(const char *path)
{
	FILE *answer = ask(path, "list");
	struct listing l = {};
	char line[4096];

	while (fgets(line, sizeof(line), answer))
		add(&l, line);
	fclose(answer);
	return l;
}

/* Of one that is not there any more: -1. */
static long long served(const struct listing *l, const char *peer)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->connections[i].peer, peer))
			return l->connections[i].served;
	return -1;
}

/* GOOD when all have come so far, FAILED when one has ended; -1: not yet. */
static int judge(const struct listing *before, const struct listing *now, uint64_t bytes)
{
	int result = GOOD;

	for (size_t i = 0; i < before->count; i++) {
		long long at = served(now, before->connections[i].peer);

		if (at < 0) {
			say("ended", "\"peer\":\"%s\"", before->connections[i].peer);
			return FAILED;
		}
		if ((unsigned long long)at < before->connections[i].served + bytes)
			result = -1;
	}
	return result;
}

int await_bytes(const char *path, uint64_t bytes)
{
	struct listing before = list(path);
	int result = -1;

	while (result < 0) {
		struct listing now;

		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
		now = list(path);
		result = judge(&before, &now, bytes);
		free(now.connections);
	}
	free(before.connections);
	return result;
}

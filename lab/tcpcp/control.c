// SPDX-License-Identifier: GPL-2.0-only
/* Orders: a line each, on a socket in the file system. They are answered with JSON lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "say.h"
#include "server.h"

#define LINE 256

static int open_control(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (!control_address(path, &address)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		die(path);
	return fd;
}

static void list(struct server *server, int reply)
{
	pthread_mutex_lock(&server->lock);
	for (struct connection *c = server->first; c; c = c->next) {
		const struct stream *s = &c->stream;

		pthread_mutex_lock(&c->lock);
		say_to(reply, "connection",
		       "\"peer\":\"%s\",\"served\":%llu,\"received\":%llu,\"wrong\":%llu,\"passes\":%u,\"in_doubt\":%s",
		       c->peer, (unsigned long long)s->sent, (unsigned long long)s->received,
		       (unsigned long long)s->wrong, s->passes, c->in_doubt ? "true" : "false");
		pthread_mutex_unlock(&c->lock);
	}
	pthread_mutex_unlock(&server->lock);
}

static enum order_kind kind_of(const char *word)
{
	static const char *const words[] = { "", "pass", "settle", "keep", "give-up" };

	for (size_t i = 1; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(word, words[i]))
			return i;
	return ORDER_NONE;
}

static bool place_at(struct connection *c, const struct control_order *order)
{
	uint64_t one = 1;
	bool free;

	pthread_mutex_lock(&c->lock);
	free = c->order.kind == ORDER_NONE;
	if (free)
		c->order = *order;
	pthread_mutex_unlock(&c->lock);
	return free && write(c->wake, &one, sizeof(one)) == sizeof(one);
}

/* One that is being passed hears no other order than what to do in doubt, and not itself but by its leader. */
static bool place(struct connection *c, const struct control_order *order)
{
	struct connection *leader;

	pthread_mutex_lock(&c->lock);
	leader = c->leader;
	pthread_mutex_unlock(&c->lock);
	return leader && order->together ? false : place_at(leader ?: c, order);
}

static struct connection *find(struct server *server, const char *peer)
{
	struct connection *c = server->first;

	while (c && strcmp(c->peer, peer))
		c = c->next;
	return c;
}

static const char *place_alone(struct server *server, const char *peer, struct control_order *order)
{
	struct connection *c = find(server, peer);

	if (!c)
		return "no such connection";
	if (order->kind == ORDER_PASS) {
		order->together = together_new(1);
		if (!order->together)
			return "no memory";
	}
	if (place(c, order))
		return NULL;
	order_release(order);
	return "busy";
}

/* The last one that is told leads: the others are known then. */
static const char *place_all(struct server *server, struct control_order *order)
{
	struct control_order join = { .kind = ORDER_JOIN, .reply = -1 };
	struct connection *last = server->first;
	unsigned int count = 1;

	if (!last)
		return "no connection";
	for (; last->next; last = last->next)
		count++;
	order->kind = ORDER_PASS;
	order->together = join.together = together_new(count);
	if (!order->together)
		return "no memory";
	for (struct connection *c = server->first; c != last; c = c->next) {
		together_tell(join.together);
		if (!place(c, &join))
			together_leave(join.together);
	}
	if (place(last, order))
		return NULL;
	order_release(order);
	return "busy";
}

/* Why it can not be carried out; NULL: a connection's thread answers. */
static const char *give(struct server *server, const char *line, int reply)
{
	char word[16] = "", peer[64] = "", to[64] = "";
	struct control_order order = { .reply = reply };
	const char *why;
	bool all;

	sscanf(line, "%15s %63s %63s", word, peer, to);
	all = !strcmp(word, "pass-all");
	order.kind = all ? ORDER_PASS : kind_of(word);
	if (all)
		memcpy(to, peer, sizeof(to));
	if (order.kind == ORDER_NONE || (*to && !parse_address(to, &order.to)) || (order.kind == ORDER_PASS && !*to))
		return "no such order";
	pthread_mutex_lock(&server->lock);
	why = all ? place_all(server, &order) : place_alone(server, peer, &order);
	pthread_mutex_unlock(&server->lock);
	return why;
}

static void hear(struct server *server, int fd)
{
	char line[LINE];
	ssize_t n = recv(fd, line, sizeof(line) - 1, 0);
	const char *why = NULL;

	line[n > 0 ? n : 0] = 0;
	line[strcspn(line, "\n")] = 0;
	if (!strcmp(line, "list"))
		list(server, fd);
	else {
		why = give(server, line, fd);
		if (!why)
			return;
		say_to(fd, "answer", "\"status\":\"%s\"", why);
	}
	close(fd);
}

void *hear_orders(void *argument)
{
	struct server *server = argument;
	int listener = open_control(server->settings->control);

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			hear(server, fd);
		else if (errno != EINTR && errno != ECONNABORTED)
			die("control");
	}
	return NULL;
}

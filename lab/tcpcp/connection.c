// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "say.h"
#include "server.h"

struct connection *connection_new(struct server *server)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->server = server;
	c->fd = -1;
	c->order.reply = -1;
	c->stream.at_server = 1;
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&c->lock, NULL);
	if (c->wake >= 0)
		return c;
	free(c);
	return NULL;
}

void connection_free(struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	close(c->wake);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

bool thread_start(void *(*run)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 256 << 10);
	error = pthread_create(&thread, &attributes, run, argument);
	pthread_attr_destroy(&attributes);
	errno = error;
	return !error;
}

struct control_order order_take(struct connection *c)
{
	struct control_order order;
	uint64_t count;

	if (read(c->wake, &count, sizeof(count)) < 0 && errno != EAGAIN)
		die("eventfd");
	pthread_mutex_lock(&c->lock);
	order = c->order;
	c->order = (struct control_order){ .reply = -1 };
	pthread_mutex_unlock(&c->lock);
	return order;
}

struct control_order order_await(struct connection *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->wake, .events = POLLIN };

	return poll(&p, 1, timeout_ms) > 0 ? order_take(c) : (struct control_order){ .reply = -1 };
}

static void enter(struct connection *c)
{
	pthread_mutex_lock(&c->server->lock);
	c->next = c->server->first;
	c->server->first = c;
	c->listed = true;
	pthread_mutex_unlock(&c->server->lock);
}

void connection_unlist(struct connection *c)
{
	struct connection **at;

	pthread_mutex_lock(&c->server->lock);
	for (at = &c->server->first; c->listed && *at != c; at = &(*at)->next)
		;
	if (c->listed)
		*at = c->next;
	c->listed = false;
	pthread_mutex_unlock(&c->server->lock);
}

void order_release(struct control_order *order)
{
	if (order->kind == ORDER_PASS)
		together_end(order->together, false);
	if (order->kind == ORDER_JOIN)
		together_leave(order->together);
	order->together = NULL;
}

/* Nobody can give it an order any more. */
void connection_leave(struct connection *c)
{
	connection_unlist(c);
	if (c->order.kind == ORDER_NONE)
		return;
	order_release(&c->order);
	if (c->order.reply < 0)
		return;
	say_to(c->order.reply, "answer", "\"peer\":\"%s\",\"status\":\"ended\"", c->peer);
	close(c->order.reply);
	c->order = (struct control_order){ .reply = -1 };
}

static bool step(struct connection *c)
{
	bool good;

	pthread_mutex_lock(&c->lock);
	good = stream_step(c->fd, &c->stream);
	pthread_mutex_unlock(&c->lock);
	return good;
}

/* Until the peer has all, the connection fails (errno), or it is somebody else's: then its descriptor is gone. */
static bool serve_peer(struct connection *c)
{
	while (!stream_done(&c->stream)) {
		struct pollfd p[] = { { .fd = c->fd, .events = stream_events(&c->stream) },
				      { .fd = c->wake, .events = POLLIN } };
		struct control_order order = {};

		poll(p, 2, stream_wait_ms(&c->stream));
		if (p[1].revents)
			order = order_take(c);
		if (order.kind != ORDER_NONE && !pass_on(c, &order))
			return true;
		if (!step(c))
			return false;
	}
	return true;
}

void connection_serve(struct connection *c)
{
	const struct stream *s = &c->stream;
	bool good;

	enter(c);
	good = serve_peer(c);
	if (c->fd >= 0)
		say("end", "\"peer\":\"%s\",\"served\":%llu,\"received\":%llu,\"wrong\":%llu,\"passes\":%u,\"state\":\"%s\"",
		    c->peer, (unsigned long long)s->sent, (unsigned long long)s->received, (unsigned long long)s->wrong,
		    s->passes, good ? "done" : strerrorname_np(errno));
	connection_leave(c);
	connection_free(c);
}

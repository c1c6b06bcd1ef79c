// SPDX-License-Identifier: GPL-2.0-only
/* One connection of a server's, passed to another server: all that the library is needed for. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "server.h"

#define CARGO_MAGIC 0x31637063u

/* What goes with the connection, so that the other server can go on: what the peer wants, and how far it has come. */
struct cargo {
	uint32_t magic;
	uint32_t order_bytes;
	struct order order;
	uint64_t served, received, wrong;
	uint32_t eof, passes;
};

static struct cargo cargo_of(const struct stream *s)
{
	return (struct cargo){ CARGO_MAGIC, s->order_bytes, s->order, s->sent, s->received, s->wrong, s->eof,
			       s->passes + 1 };
}

static void answer(struct control_order *order, const struct connection *c, const char *status,
		   const struct tcpmig_pass *pass, uint64_t frozen_ns)
{
	const struct stream *s = &c->stream;
	char line[1024];

	snprintf(line, sizeof(line),
		 "\"peer\":\"%s\",\"status\":\"%s\",\"reason\":\"%s\",\"refusal\":\"%s\",\"served\":%llu,\"received\":%llu,"
		 "\"state_bytes\":%llu,\"frozen_us\":%llu,\"captured\":%u,\"reinjected\":%u,\"dropped\":%u",
		 c->peer, status, pass->trouble.text, tcpmig_refusal_name(pass->trouble.refusal),
		 (unsigned long long)s->sent, (unsigned long long)s->received, (unsigned long long)pass->state_bytes,
		 (unsigned long long)frozen_ns / 1000, pass->arrived.captured, pass->arrived.reinjected,
		 pass->arrived.dropped);
	say("pass", "%s", line);
	if (order->reply < 0)
		return;
	say_to(order->reply, "answer", "%s", line);
	close(order->reply);
	order->reply = -1;
}

static int ask(struct connection *c, struct tcpmig_pass *pass, const struct sockaddr_in *to)
{
	int stream = connect_to(to, c->server->settings->timeout_ms), error;

	if (stream < 0)
		return -EINPROGRESS;
	error = tcpmig_settle(pass, stream);
	close(stream);
	return error;
}

static int decide(struct connection *c, struct tcpmig_pass *pass, const struct control_order *order,
		  const struct sockaddr_in *to)
{
	switch (order->kind) {
	case ORDER_SETTLE: return ask(c, pass, order->to.sin_port ? &order->to : to);
	case ORDER_KEEP: tcpmig_abort_all(pass->sessions, pass->count); return -ECANCELED;
	case ORDER_GIVE_UP: return tcpmig_commit_all(pass->sessions, pass->count);
	default: return -EINPROGRESS;
	}
}

static void set_doubt(struct connection *c, bool in_doubt)
{
	pthread_mutex_lock(&c->lock);
	c->in_doubt = in_doubt;
	pthread_mutex_unlock(&c->lock);
}

/* Frozen until it is known whose it is: the destination is asked, then somebody has to say. */
static int resolve(struct connection *c, struct tcpmig_pass *pass, struct control_order *order)
{
	struct sockaddr_in to = order->to;
	int error = -EINPROGRESS;

	set_doubt(c, true);
	answer(order, c, "in-doubt", pass, 0);
	for (unsigned int asked = 0; error == -EINPROGRESS;) {
		*order = order_await(c, asked < c->server->settings->doubt_s ? 1000 : -1);
		if (order->kind == ORDER_NONE) {
			asked++;
			error = ask(c, pass, &to);
			continue;
		}
		error = decide(c, pass, order, &to);
		if (error == -EINPROGRESS)
			answer(order, c, "in-doubt", pass, 0);
	}
	set_doubt(c, false);
	return error;
}

/* Who is told that it is gone finds it in no list of ours. */
static void forget(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	connection_leave(c);
}

/* False: it is not ours any more. */
static bool pass_to(struct connection *c, struct control_order *order, struct tcpmig_session *session, int stream)
{
	struct cargo cargo = cargo_of(&c->stream);
	struct tcpmig_pass pass = {
		.sessions = &session, .count = 1, .application = &cargo, .application_size = sizeof(cargo),
		.timeout_ms = c->server->settings->timeout_ms,
	};
	struct tcpmig_status status = {};
	int error = tcpmig_pass(&pass, stream);
	uint64_t frozen_ns;

	if (error == -EINPROGRESS)
		error = resolve(c, &pass, order);
	frozen_ns = !tcpmig_status(session, &status) && status.freeze_ns ? now_ns() - status.freeze_ns : 0;
	if (!error)
		forget(c);
	answer(order, c, error ? "kept" : "passed", &pass, frozen_ns);
	return error;
}

static void refuse(struct connection *c, struct control_order *order, const char *what, int error)
{
	struct tcpmig_pass nothing = { .trouble.error = error };

	snprintf(nothing.trouble.text, sizeof(nothing.trouble.text), "%s: %s", what, strerrorname_np(-error));
	answer(order, c, "kept", &nothing, 0);
}

bool pass_on(struct connection *c, struct control_order *order)
{
	struct tcpmig_session *session = NULL;
	int stream, error;
	bool ours = true;

	if (order->kind != ORDER_PASS) {
		refuse(c, order, "not in doubt", -EINVAL);
		return true;
	}
	stream = connect_to(&order->to, c->server->settings->timeout_ms);
	error = stream < 0 ? -errno : 0;
	if (error) {
		refuse(c, order, "the other server", error);
		return true;
	}
	error = tcpmig_open(&session);
	if (error)
		refuse(c, order, TCPMIG_DEVICE, error);
	else if (tcpmig_attach(session, c->fd))
		answer(order, c, "kept", &(struct tcpmig_pass){ .trouble = *tcpmig_trouble(session) }, 0);
	else
		ours = pass_to(c, order, session, stream);
	tcpmig_close(session);
	close(stream);
	return ours;
}

/* The connection that is to come, and its thread, which is made before there is no way back. */
struct arriving {
	struct server *server;
	struct connection *connection;
	sem_t go;
};

static void *serve_arrived(void *argument)
{
	struct arriving *a = argument;
	struct connection *c = a->connection;

	while (sem_wait(&a->go))
		;
	sem_destroy(&a->go);
	free(a);
	if (c->fd < 0)
		connection_free(c);
	else
		connection_serve(c);
	return NULL;
}

static void unpack(struct connection *c, const struct cargo *cargo)
{
	struct stream *s = &c->stream;

	s->order = cargo->order;
	s->order_bytes = cargo->order_bytes;
	s->sent = cargo->served;
	s->received = cargo->received;
	s->wrong = cargo->wrong;
	s->eof = cargo->eof;
	s->passes = cargo->passes;
}

static int admit(const struct tcpmig_arrival *arrival, void *context)
{
	const struct cargo *cargo = arrival->application;
	struct arriving **waiting = context, *a = *waiting;

	if (arrival->count != 1 || arrival->fds[0] < 0 || arrival->application_size != sizeof(*cargo) ||
	    cargo->magic != CARGO_MAGIC || cargo->order_bytes > sizeof(struct order))
		return -EBADMSG;
	a->connection = connection_new(a->server);
	if (!a->connection)
		return -ENOMEM;
	unpack(a->connection, cargo);
	tcpmig_end_text(arrival->tuples[0].raddr, arrival->tuples[0].rport, a->connection->peer);
	if (thread_start(serve_arrived, a))
		return 0;
	connection_free(a->connection);
	a->connection = NULL;
	return -EAGAIN;
}

static void welcome(struct arriving *a, const struct tcpmig_arrival *arrival)
{
	struct connection *c = a->connection;
	const struct tcpmig_status *st = &arrival->statuses[0];

	c->fd = arrival->fds[0];
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	say("arrived",
	    "\"peer\":\"%s\",\"served\":%llu,\"received\":%llu,\"passes\":%u,\"state_bytes\":%llu,\"captured\":%u,"
	    "\"reinjected\":%u,\"dropped\":%u",
	    c->peer, (unsigned long long)c->stream.sent, (unsigned long long)c->stream.received, c->stream.passes,
	    (unsigned long long)arrival->state_bytes, st->captured, st->reinjected, st->dropped);
	stream_begin(&c->stream);
}

/* 1: more may follow on the stream. */
static int take_one(struct server *server, int stream)
{
	struct arriving *a = calloc(1, sizeof(*a));
	struct tcpmig_arrival arrival;
	struct tcpmig_reception reception = {
		.ledger = server->ledger, .connections = 1, .state_bytes = TCPMIG_STATE_MAX,
		.application_bytes = sizeof(struct cargo), .timeout_ms = server->settings->timeout_ms, .admit = admit, .context = &a,
	};
	int result;

	if (!a)
		return -ENOMEM;
	a->server = server;
	sem_init(&a->go, 0, 0);
	result = tcpmig_receive(&reception, stream, &arrival);
	if (result < 0)
		say("not-taken", "\"reason\":\"%s\"", reception.trouble.text);
	if (result == 1)
		welcome(a, &arrival);
	tcpmig_arrival_free(&arrival);
	if (a->connection)
		sem_post(&a->go);
	else
		free(a);
	return result;
}

void *take_over(void *argument)
{
	struct incoming incoming = *(struct incoming *)argument;

	free(argument);
	while (take_one(incoming.server, incoming.stream) == 1)
		;
	close(incoming.stream);
	return NULL;
}

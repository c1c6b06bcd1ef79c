// SPDX-License-Identifier: GPL-2.0-only
/* Connections of a server's, passed to another server: all that the library is needed for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cargo.h"
#include "say.h"
#include "server.h"

/* The connections of a hand-over, the leader first, and what is made of each. */
struct group {
	struct connection **members;
	struct tcpmig_session **sessions;
	struct cargo *cargo;
	unsigned int count;
};

static void answer_one(int reply, const struct connection *c, const char *status, const struct tcpmig_pass *pass,
		       uint64_t frozen_ns)
{
	const struct stream *s = &c->stream;
	char line[1024];

	snprintf(line, sizeof(line),
		 "\"peer\":\"%s\",\"status\":\"%s\",\"reason\":\"%s\",\"refusal\":\"%s\",\"served\":%llu,\"received\":%llu,"
		 "\"with\":%u,\"state_bytes\":%llu,\"frozen_us\":%llu,\"captured\":%u,\"reinjected\":%u,\"dropped\":%u",
		 c->peer, status, pass->trouble.text, tcpmig_refusal_name(pass->trouble.refusal),
		 (unsigned long long)s->sent, (unsigned long long)s->received, pass->count,
		 (unsigned long long)pass->state_bytes, (unsigned long long)frozen_ns / 1000, pass->arrived.captured,
		 pass->arrived.reinjected, pass->arrived.dropped);
	say("pass", "%s", line);
	if (reply >= 0)
		say_to(reply, "answer", "%s", line);
}

/* To whoever gave the order; of each connection that was to be passed. */
static void answer(struct control_order *order, const struct group *g, const char *status, const struct tcpmig_pass *pass,
		   uint64_t frozen_ns)
{
	for (unsigned int i = 0; i < g->count; i++)
		answer_one(order->reply, g->members[i], status, pass, frozen_ns);
	if (order->reply >= 0)
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

static void set_doubt(const struct group *g, bool in_doubt)
{
	for (unsigned int i = 0; i < g->count; i++) {
		struct connection *c = g->members[i];

		pthread_mutex_lock(&c->lock);
		c->in_doubt = in_doubt;
		pthread_mutex_unlock(&c->lock);
	}
}

/* Frozen until it is known whose they are: the destination is asked, then somebody has to say. */
static int resolve(struct group *g, struct tcpmig_pass *pass, struct control_order *order)
{
	struct connection *c = g->members[0];
	struct sockaddr_in to = order->to;
	int error = -EINPROGRESS;

	set_doubt(g, true);
	answer(order, g, "in-doubt", pass, 0);
	for (unsigned int asked = 0; error == -EINPROGRESS;) {
		*order = order_await(c, asked < c->server->settings->doubt_s ? 1000 : -1);
		if (order->kind == ORDER_NONE) {
			asked++;
			error = ask(c, pass, &to);
			continue;
		}
		error = decide(c, pass, order, &to);
		order_release(order);
		if (error == -EINPROGRESS)
			answer(order, g, "in-doubt", pass, 0);
	}
	set_doubt(g, false);
	return error;
}

/* Who is told that they are gone finds them in no list of ours. */
static void forget(const struct group *g)
{
	for (unsigned int i = 0; i < g->count; i++) {
		close(g->members[i]->fd);
		g->members[i]->fd = -1;
		connection_unlist(g->members[i]);
	}
}

/* 0: they are not ours any more. */
static int pass_to(struct group *g, struct control_order *order, int stream)
{
	struct tcpmig_pass pass = {
		.sessions = g->sessions, .count = g->count, .application = g->cargo,
		.application_size = g->count * sizeof(*g->cargo), .timeout_ms = g->members[0]->server->settings->timeout_ms,
	};
	struct tcpmig_status status = {};
	int error = tcpmig_pass(&pass, stream);
	uint64_t frozen_ns;

	if (error == -EINPROGRESS)
		error = resolve(g, &pass, order);
	frozen_ns = !tcpmig_status(g->sessions[0], &status) && status.freeze_ns ? now_ns() - status.freeze_ns : 0;
	if (!error)
		forget(g);
	answer(order, g, error ? "kept" : "passed", &pass, frozen_ns);
	return error;
}

static int refuse(const struct group *g, struct control_order *order, const char *what, int error)
{
	struct tcpmig_pass nothing = { .count = g->count, .trouble.error = error };

	snprintf(nothing.trouble.text, sizeof(nothing.trouble.text), "%s: %s", what, strerrorname_np(-error));
	answer(order, g, "kept", &nothing, 0);
	return error;
}

/* One that cannot move keeps all. */
static int attach(struct group *g, struct control_order *order)
{
	for (unsigned int i = 0; i < g->count; i++) {
		struct tcpmig_pass nothing = { .count = g->count };
		int error = tcpmig_open(&g->sessions[i]);

		if (error)
			return refuse(g, order, TCPMIG_DEVICE, error);
		error = tcpmig_attach(g->sessions[i], g->members[i]->fd);
		g->cargo[i] = cargo_of(&g->members[i]->stream);
		if (!error)
			continue;
		nothing.trouble = *tcpmig_trouble(g->sessions[i]);
		answer(order, g, "kept", &nothing, 0);
		return error;
	}
	return 0;
}

static int pass_group(struct group *g, struct control_order *order)
{
	int stream = connect_to(&order->to, g->members[0]->server->settings->timeout_ms);
	int error = stream < 0 ? -errno : 0;

	if (error)
		return refuse(g, order, "the other server", error);
	g->sessions = calloc(g->count, sizeof(struct tcpmig_session *));
	g->cargo = calloc(g->count, sizeof(*g->cargo));
	if (!g->sessions || !g->cargo)
		error = refuse(g, order, "memory", -ENOMEM);
	error = error ?: attach(g, order) ?: pass_to(g, order, stream);
	if (g->sessions)
		tcpmig_close_all(g->sessions, g->count);
	free(g->sessions);
	free(g->cargo);
	close(stream);
	return error;
}

bool pass_on(struct connection *c, struct control_order *order)
{
	struct together *together = order->together;
	struct group g = {};
	int error;

	if (order->kind == ORDER_JOIN)
		return together_join(together, c);
	if (order->kind != ORDER_PASS) {
		g = (struct group){ .members = &c, .count = 1 };
		refuse(&g, order, "not in doubt", -EINVAL);
		return true;
	}
	g.count = together_gather(together, c, &g.members);
	error = pass_group(&g, order);
	together_end(together, !error);
	return error;
}

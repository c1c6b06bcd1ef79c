// SPDX-License-Identifier: GPL-2.0-only
#include "move.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "corruption.h"
#include "session.h"
#include "verbs.h"

/* include/net/tcp_states.h */
enum { STATE_SYN_RECV = 3, STATE_CLOSE = 7, STATE_LISTEN = 10 };

/* What moves: a connection; a listening socket; a connection in its accept queue. */
enum kind { CONNECTION, LISTENER, WAITING };

/* A socket's move under way. */
struct move {
	enum kind kind;
	int from, to, origin, destination;      /* machines and their sessions */
	int state;                              /* of net/tcp_states.h */
	struct tcpmig_tuple tuple;
	int fd;                                 /* the new socket; -1: none */
};

/* All that a situation moves; the listening socket comes first. */
struct moves {
	unsigned int count;
	struct move of[SOCKETS_MAX];
};

static void step(struct trial *t, int machine, int session, unsigned int command, const char *name)
{
	int err = session_call(t, machine, session, command, NULL, 0);

	if (err)
		fail(t, "%s: %s", name, strerror(-err));
}

static void step_too_early(struct trial *t, int machine, int session, unsigned int command, int error)
{
	int err = session_call(t, machine, session, command, NULL, 0);

	if (err != -error)
		fail(t, "a step too early: %s instead of %s", strerror(-err), strerror(error));
}

static struct moves plan(const struct trial *t, int to)
{
	struct move m = { .from = t->at, .to = to, .fd = -1, .state = t->proof.state, .tuple = tuple_of(t) };
	struct moves all = { .count = 1, .of = { m } };

	if (!t->situation->listens)
		return all;
	if (m.state != STATE_LISTEN && m.state != STATE_SYN_RECV) {
		m.kind = WAITING;
		all.of[all.count++] = m;
	}
	all.of[0].kind = LISTENER;
	all.of[0].state = STATE_LISTEN;
	all.of[0].tuple = tuple_of_listener(t);
	return all;
}

static int attach_waiting(struct trial *t, const struct move *m, struct tcpmig_attach *a)
{
	struct tcpmig_waiting w = { .fd = t->node.listener };
	int err = session_call(t, m->from, m->origin, TCPMIG_IOC_WAITING, &w, sizeof(w));

	*a = (struct tcpmig_attach){ .refusal = w.refusal, .state = w.state, .tuple = w.tuple };
	return err;
}

static void attach(struct trial *t, struct move *m)
{
	struct tcpmig_attach a = { .fd = m->kind == LISTENER ? t->node.listener : t->node.fd, .tuple = m->tuple };
	int err = m->kind == WAITING ? attach_waiting(t, m, &a) :
		  session_call(t, m->from, m->origin, TCPMIG_IOC_ATTACH, &a, sizeof(a));

	if (err)
		fail(t, "ATTACH: %s, refusal %s", strerror(-err), refusal_name(a.refusal));
	if ((int)a.state != m->state)
		fail(t, "ATTACH says %s", state_name(a.state));
	if (memcmp(&a.tuple, &m->tuple, sizeof(a.tuple)))
		fail(t, "ATTACH gives another tuple");
}

/* From here on the peer's segments reach both, as on the cluster's wire. */
static void capture(struct trial *t, struct move *m)
{
	struct tcpmig_capture c = { .tuple = m->tuple };
	int err;

	if (m->state == STATE_CLOSE)
		return;
	err = session_call(t, m->to, m->destination, TCPMIG_IOC_CAPTURE, &c, sizeof(c));
	if (err)
		fail(t, "CAPTURE: %s, refusal %s", strerror(-err), refusal_name(c.refusal));
	t->hears[m->to] = true;
}

static void freeze(struct trial *t, struct move *m, struct dump *d)
{
	struct tcpmig_status s = {};
	int err;

	d->from_ns = now_ns();
	step(t, m->from, m->origin, TCPMIG_IOC_FREEZE, "FREEZE");
	d->to_ns = now_ns();
	mark(t, m->from);
	err = session_call(t, m->from, m->origin, TCPMIG_IOC_STATUS, &s, sizeof(s));
	if (err)
		fail(t, "STATUS: %s", strerror(-err));
	if (m->kind != LISTENER && (int)s.ofo_queue_bytes != t->proof.out_of_order)
		fail(t, "%u bytes out of order, expected %d", s.ofo_queue_bytes, t->proof.out_of_order);
}

static void get(struct trial *t, struct move *m, struct dump *d)
{
	int err = call_at(t, m->from, OP_GET_STATE, m->origin, 0, 0, 0, NULL, 0);

	if (err)
		fail(t, "GET: %s", strerror(-err));
	dump_take(d, t->machines[m->from].out, t->machines[m->from].out_size);
}

static void set(struct trial *t, struct move *m, const struct dump *d)
{
	int err = call_at(t, m->to, OP_SET_STATE, m->destination, 0, 0, 0, d->bytes, d->size);
	bool owned = m->kind == LISTENER || t->node.fd >= 0;
	struct tcpmig_buffer b;

	memcpy(&b, t->machines[m->to].out, sizeof(b));
	if (err)
		fail(t, "SET: %s, refusal %s", strerror(-err), refusal_name(b.refusal));
	m->fd = b.fd;
	if ((m->fd >= 0) != owned)
		fail(t, "SET gives %s descriptor", m->fd >= 0 ? "a" : "no");
}

/* The state as it was, or changed on purpose. */
static void deliver(struct trial *t, struct move *m, unsigned int socket, const struct dump *d)
{
	struct dump sent = {};

	dump_take(&sent, d->bytes, d->size);
	if (t->corruption && t->corruption->socket == socket)
		corrupt(&sent, t->corruption);
	set(t, m, &sent);
	dump_free(&sent);
}

/* Into the accept queue of the listening socket that came before it. */
static void queue(struct trial *t, const struct move *m, const struct move *listener)
{
	int32_t fd = listener->fd;
	int err;

	if (m->kind != WAITING)
		return;
	step_too_early(t, m->to, m->destination, TCPMIG_IOC_ACTIVATE, EDESTADDRREQ);
	err = session_call(t, m->to, m->destination, TCPMIG_IOC_QUEUE, &fd, sizeof(fd));
	if (err)
		fail(t, "QUEUE: %s", strerror(-err));
}

/* What both moves begin with: all but the decision. Nobody has said a word since FREEZE. */
static struct moves prepare(struct trial *t, int to, void (*during)(struct trial *t), struct dump *d)
{
	struct moves all = plan(t, to);

	settle(t);
	for (unsigned int i = 0; i < all.count; i++) {
		struct move *m = &all.of[i];

		m->origin = session_open(t, m->from);
		m->destination = session_open(t, m->to);
		attach(t, m);
		capture(t, m);
		freeze(t, m, &d[i]);
	}
	t->speaks[t->at] = false;
	for (unsigned int i = 0; i < all.count; i++)
		get(t, &all.of[i], &d[i]);
	if (during)
		during(t);
	for (unsigned int i = 0; i < all.count; i++) {
		deliver(t, &all.of[i], i, &d[i]);
		queue(t, &all.of[i], &all.of[0]);
	}
	mark(t, t->at);
	mark(t, to);
	return all;
}

static void close_sessions(struct trial *t, const struct moves *all)
{
	for (unsigned int i = 0; i < all->count; i++) {
		if (all->of[i].origin >= 0)
			session_close(t, all->of[i].from, all->of[i].origin);
		session_close(t, all->of[i].to, all->of[i].destination);
	}
}

/* The program of the origin learns that it has lost its socket. */
static void close_old(struct trial *t, const struct move *m)
{
	bool listens = m->kind == LISTENER;
	int fd = listens ? t->node.listener : t->node.fd, n;

	if (fd < 0)
		return;
	n = call_at(t, m->from, listens ? OP_ACCEPT : OP_RECV, fd, MSG_DONTWAIT, 1, 0, NULL, 0);
	if (n != (listens ? -EINVAL : -ECONNABORTED))
		fail(t, "after COMMIT the old socket gives %s", n < 0 ? strerror(-n) : "something");
	call_at(t, m->from, OP_CLOSE, fd, 0, 0, 0, NULL, 0);
}

static void commit_each(struct trial *t, const struct moves *all)
{
	if (all->count > 1)
		step_too_early(t, t->at, all->of[0].origin, TCPMIG_IOC_COMMIT, EBUSY);
	for (unsigned int i = all->count; i--;)
		step(t, t->at, all->of[i].origin, TCPMIG_IOC_COMMIT, "COMMIT");
	for (unsigned int i = 0; i < all->count; i++)
		if (all->of[i].kind != WAITING)
			close_old(t, &all->of[i]);
}

/* As when the origin's program is killed: the kernel closes all its descriptors. */
static void hold_and_die(struct trial *t, struct moves *all)
{
	const int sockets[] = { t->node.fd, t->node.listener };

	for (unsigned int i = 0; i < all->count; i++)
		step(t, t->at, all->of[i].origin, TCPMIG_IOC_HOLD, "HOLD");
	for (int i = 0; i < 2; i++)
		if (sockets[i] >= 0)
			call(t, OP_CLOSE, sockets[i], 0, 0, 0, NULL, 0);
	for (unsigned int i = 0; i < all->count; i++) {
		session_close(t, t->at, all->of[i].origin);
		all->of[i].origin = -1;
	}
}

static void commit(struct trial *t, struct moves *all)
{
	int from = t->at, to = !t->at;

	if (t->direction == HELD)
		hold_and_die(t, all);
	else
		commit_each(t, all);
	t->hears[from] = false;
	t->at = to;
	prove_absent(t, from, false);
	mark(t, from);
	mark(t, to);
}

void move_connection(struct trial *t, int to, void (*during)(struct trial *t), struct dump *d)
{
	struct moves all = prepare(t, to, during, d);

	commit(t, &all);
	if (all.of[0].kind == LISTENER)
		t->node.listener = all.of[0].fd;
	else
		t->node.fd = all.of[0].fd;
	t->speaks[to] = !t->node.ended;
	for (unsigned int i = all.count; i--;)
		step(t, to, all.of[i].destination, TCPMIG_IOC_ACTIVATE, "ACTIVATE");
	close_sessions(t, &all);
	settle(t);
}

void move_aborted(struct trial *t, int to, void (*during)(struct trial *t))
{
	struct dump d[SOCKETS_MAX] = {};
	struct moves all = prepare(t, to, during, d);

	for (unsigned int i = all.count; i--; dump_free(&d[i])) {
		step(t, to, all.of[i].destination, TCPMIG_IOC_ABORT, "ABORT at the destination");
		if (all.of[i].fd >= 0)
			call_at(t, to, OP_CLOSE, all.of[i].fd, 0, 0, 0, NULL, 0);
	}
	t->hears[to] = false;
	prove_absent(t, to, false);
	mark(t, to);
	t->speaks[t->at] = !t->node.ended;
	for (unsigned int i = all.count; i--;)
		step(t, t->at, all.of[i].origin, TCPMIG_IOC_ABORT, "ABORT");
	close_sessions(t, &all);
	settle(t);
}


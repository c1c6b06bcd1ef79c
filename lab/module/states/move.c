// SPDX-License-Identifier: GPL-2.0-only
#include "move.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "session.h"
#include "verbs.h"

enum { STATE_CLOSE = 7 };

/* A move under way. */
struct move {
	int from, to, origin, destination;      /* machines and their sessions */
	struct tcpmig_tuple tuple;
	bool captured;
	int fd;                                 /* the new socket */
};

static void step(struct trial *t, int machine, int session, unsigned int command, const char *name)
{
	int err = session_call(t, machine, session, command, NULL, 0);

	if (err)
		fail(t, "%s: %s", name, strerror(-err));
}

static void attach(struct trial *t, struct move *m)
{
	struct tcpmig_attach a = { .fd = t->node.fd, .tuple = tuple_of(t) };
	int err = session_call(t, m->from, m->origin, TCPMIG_IOC_ATTACH, &a, sizeof(a));

	if (err)
		fail(t, "ATTACH: %s, refusal %s", strerror(-err), refusal_name(a.refusal));
	if ((int)a.state != t->proof.state)
		fail(t, "ATTACH says %s", state_name(a.state));
	m->tuple = tuple_of(t);
	if (memcmp(&a.tuple, &m->tuple, sizeof(a.tuple)))
		fail(t, "ATTACH gives another tuple");
}

/* From here on the peer's segments reach both, as on the cluster's wire. */
static void capture(struct trial *t, struct move *m)
{
	struct tcpmig_capture c = { .tuple = m->tuple };
	int err;

	m->captured = t->proof.state != STATE_CLOSE;
	if (!m->captured)
		return;
	err = session_call(t, m->to, m->destination, TCPMIG_IOC_CAPTURE, &c, sizeof(c));
	if (err)
		fail(t, "CAPTURE: %s, refusal %s", strerror(-err), refusal_name(c.refusal));
	t->hears[m->to] = true;
}

static void freeze(struct trial *t, struct move *m)
{
	struct tcpmig_status s = {};
	int err;

	step(t, m->from, m->origin, TCPMIG_IOC_FREEZE, "FREEZE");
	mark(t, m->from);
	t->speaks[m->from] = false;
	err = session_call(t, m->from, m->origin, TCPMIG_IOC_STATUS, &s, sizeof(s));
	if (err)
		fail(t, "STATUS: %s", strerror(-err));
	if ((int)s.ofo_queue_bytes != t->proof.out_of_order)
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
	struct tcpmig_buffer b;

	memcpy(&b, t->machines[m->to].out, sizeof(b));
	if (err)
		fail(t, "SET: %s, refusal %s", strerror(-err), refusal_name(b.refusal));
	m->fd = b.fd;
	if ((m->fd >= 0) != (t->node.fd >= 0))
		fail(t, "SET gives %s descriptor", m->fd >= 0 ? "a" : "no");
}

/* What both moves begin with: all but the decision. Nobody has said a word since FREEZE. */
static struct move prepare(struct trial *t, int to, void (*during)(struct trial *t), struct dump *d)
{
	struct move m = { .from = t->at, .to = to, .fd = -1 };

	settle(t);
	m.origin = session_open(t, m.from);
	m.destination = session_open(t, m.to);
	attach(t, &m);
	capture(t, &m);
	freeze(t, &m);
	get(t, &m, d);
	if (during)
		during(t);
	set(t, &m, d);
	mark(t, m.from);
	mark(t, m.to);
	return m;
}

/* The program of the origin learns that it has lost the connection. */
static void close_old(struct trial *t, const struct move *m)
{
	int n;

	if (t->node.fd < 0)
		return;
	n = call_at(t, m->from, OP_RECV, t->node.fd, MSG_DONTWAIT, 1, 0, NULL, 0);
	if (n != -ECONNABORTED)
		fail(t, "after COMMIT the old socket gives %s", n < 0 ? strerror(-n) : "data");
	call_at(t, m->from, OP_CLOSE, t->node.fd, 0, 0, 0, NULL, 0);
}

void move_connection(struct trial *t, int to, void (*during)(struct trial *t), struct dump *d)
{
	struct move m = prepare(t, to, during, d);

	step(t, m.from, m.origin, TCPMIG_IOC_COMMIT, "COMMIT");
	t->hears[m.from] = false;
	t->at = m.to;
	close_old(t, &m);
	prove_absent(t, m.from, false);
	mark(t, m.from);
	mark(t, m.to);
	t->node.fd = m.fd;
	t->speaks[m.to] = !t->node.ended;
	step(t, m.to, m.destination, TCPMIG_IOC_ACTIVATE, "ACTIVATE");
	session_close(t, m.from, m.origin);
	session_close(t, m.to, m.destination);
	settle(t);
}

void move_aborted(struct trial *t, int to, void (*during)(struct trial *t))
{
	struct dump d = {};
	struct move m = prepare(t, to, during, &d);

	dump_free(&d);
	step(t, m.to, m.destination, TCPMIG_IOC_ABORT, "ABORT at the destination");
	t->hears[m.to] = false;
	if (m.fd >= 0)
		call_at(t, m.to, OP_CLOSE, m.fd, 0, 0, 0, NULL, 0);
	prove_absent(t, m.to, false);
	mark(t, m.to);
	t->speaks[m.from] = !t->node.ended;
	step(t, m.from, m.origin, TCPMIG_IOC_ABORT, "ABORT");
	session_close(t, m.from, m.origin);
	session_close(t, m.to, m.destination);
	settle(t);
}


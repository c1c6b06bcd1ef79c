// SPDX-License-Identifier: GPL-2.0-only
/* Moves that do not begin. Nothing happens to the connection. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "move.h"
#include "session.h"
#include "verbs.h"

static void expect(struct trial *t, const char *call, int err, int wanted, uint32_t is, const char *refusal)
{
	if (!err)
		fail(t, "%s grants what it should refuse as %s", call, refusal);
	if (err != wanted || strcmp(refusal_name(is), refusal))
		fail(t, "%s: %s, refusal %s; expected %s, refusal %s", call, strerror(-err), refusal_name(is),
		     strerror(-wanted), refusal);
}

static void ask_attach(struct trial *t, int fd, const char *refusal)
{
	struct tcpmig_attach a = { .fd = fd, .tuple = tuple_of(t) };
	int session = session_open(t, t->at);
	int err = session_call(t, t->at, session, TCPMIG_IOC_ATTACH, &a, sizeof(a));

	session_close(t, t->at, session);
	expect(t, "ATTACH", err, -EOPNOTSUPP, a.refusal, refusal);
}

void attach_refused(struct trial *t, const char *refusal)
{
	ask_attach(t, t->node.fd, refusal);
}

void attach_refused_by_tuple(struct trial *t, const char *refusal)
{
	ask_attach(t, -1, refusal);
}

static void ask_capture(struct trial *t, const struct tcpmig_tuple *tuple, uint32_t flags, int wanted,
			const char *refusal)
{
	struct tcpmig_capture c = { .tuple = *tuple, .flags = flags };
	int session = session_open(t, !t->at);
	int err = session_call(t, !t->at, session, TCPMIG_IOC_CAPTURE, &c, sizeof(c));

	session_close(t, !t->at, session);
	expect(t, "CAPTURE", err, wanted, c.refusal, refusal);
}

void capture_refused(struct trial *t, const char *refusal)
{
	struct tcpmig_tuple tuple = t->situation->listens ? tuple_of_listener(t) : tuple_of(t);

	ask_capture(t, &tuple, TCPMIG_CAPTURE_CHECK, -EADDRINUSE, refusal);
	ask_capture(t, &tuple, 0, -EADDRINUSE, refusal);
}

void capture_refused_elsewhere(struct trial *t, const char *refusal)
{
	struct tcpmig_tuple tuple = tuple_of(t);

	tuple.laddr[15] ^= 0x80;
	ask_capture(t, &tuple, 0, -EADDRNOTAVAIL, refusal);
}

void capture_refused_twice(struct trial *t, const char *refusal)
{
	struct tcpmig_capture c = { .tuple = tuple_of(t) };
	int session = session_open(t, !t->at);
	int err = session_call(t, !t->at, session, TCPMIG_IOC_CAPTURE, &c, sizeof(c));

	if (err)
		fail(t, "CAPTURE: %s, refusal %s", strerror(-err), refusal_name(c.refusal));
	capture_refused(t, refusal);
	session_close(t, !t->at, session);
}

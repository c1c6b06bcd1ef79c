// SPDX-License-Identifier: GPL-2.0-only
#include "tamper.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"
#include "session.h"

static void capture(struct trial *t)
{
	struct tcpmig_capture c = { .tuple = t->tuple };

	if (ioctl(t->session, TCPMIG_IOC_CAPTURE, &c))
		die(refusal_name(c.refusal));
}

struct trial trial_begin(const char *kind, const struct state *s)
{
	struct trial t = {
		.kind = kind,
		.session = session_open(),
		.tuple = state_tuple(s),
	};

	capture(&t);
	return t;
}

static void throw_away(struct trial *t, int fd)
{
	close(fd);
	if (ioctl(t->session, TCPMIG_IOC_ABORT))
		die("ABORT");
	capture(t);
}

void trial_attempt(struct trial *t, const struct state *s, enum expectation e, const char *what, unsigned int type)
{
	struct tcpmig_buffer b = { .addr = (uintptr_t)s->bytes, .size = s->size, .fd = -1 };
	int err = ioctl(t->session, TCPMIG_IOC_SET, &b) ? errno : 0;
	bool refused = err == EBADMSG && b.refusal == TCPMIG_BAD_STATE;

	t->tried++;
	t->refused += refused;
	t->taken += !err;
	if (!err)
		throw_away(t, b.fd);
	if (refused ? e != TAKEN : !err && e != REFUSED)
		return;
	t->unexpected++;
	say("unexpected", "\"kind\":\"%s\",\"what\":\"%s\",\"attribute\":%u,\"answer\":\"%s\",\"errno\":\"%s\"", t->kind,
	    what, type, err ? refusal_name(b.refusal) : "taken", err ? strerror(err) : "");
}

void trial_value(struct trial *t, const struct state *s, uint16_t type, uint64_t value, enum expectation e,
		 const char *what)
{
	struct state changed = state_copy(s, 0);

	value_set(&changed, type, value);
	trial_attempt(t, &changed, e, what, type);
	state_free(&changed);
}

unsigned int trial_end(struct trial *t)
{
	close(t->session);
	say("tamper", "\"kind\":\"%s\",\"tried\":%u,\"refused\":%u,\"taken\":%u,\"unexpected\":%u", t->kind, t->tried,
	    t->refused, t->taken, t->unexpected);
	return t->unexpected;
}

void trial_expect(struct trial *t, bool right, const char *what, int64_t got)
{
	t->tried++;
	t->taken += right;
	if (right)
		return;
	t->unexpected++;
	say("unexpected", "\"kind\":\"%s\",\"what\":\"%s\",\"got\":%lld", t->kind, what, (long long)got);
}

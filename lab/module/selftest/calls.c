// SPDX-License-Identifier: GPL-2.0-only
/* What surrounds the state: its address and size, and the order of the calls. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "selftest.h"
#include "session.h"
#include "tamper.h"

static void expect(struct trial *t, int got, int wanted, const char *what)
{
	t->tried++;
	t->refused += got != 0;
	if (got == wanted)
		return;
	t->unexpected++;
	say("unexpected", "\"kind\":\"%s\",\"what\":\"%s\",\"errno\":\"%s\"", t->kind, what, strerror(got));
}

static int set(struct trial *t, const void *bytes, uint32_t size)
{
	struct tcpmig_buffer b = { .addr = (uintptr_t)bytes, .size = size, .fd = -1 };

	return ioctl(t->session, TCPMIG_IOC_SET, &b) ? errno : 0;
}

static void try_order(struct trial *t, const struct state *s)
{
	static const unsigned long early[] = { TCPMIG_IOC_ACTIVATE, TCPMIG_IOC_FREEZE, TCPMIG_IOC_GET, TCPMIG_IOC_COMMIT };

	for (size_t i = 0; i < sizeof(early) / sizeof(*early); i++)
		expect(t, ioctl(t->session, early[i], NULL) ? errno : 0, EBADFD, "out of order");
	expect(t, ioctl(t->session, TCPMIG_IOC_SET, NULL) ? errno : 0, EFAULT, "no argument");
	expect(t, ioctl(t->session, TCPMIG_IOC_ABORT) ? errno : 0, 0, "ABORT of a capture");
	expect(t, set(t, s->bytes, s->size), EBADMSG, "SET without CAPTURE");
}

static void try_tuples(struct trial *t)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct tcpmig_capture c = { .tuple = t->tuple };

		if (i == 0)
			c.tuple.lport = 0;
		if (i == 1)
			c.tuple.rport = 0;
		if (i == 2)
			memset(c.tuple.raddr, 0, sizeof(c.tuple.raddr));
		expect(t, ioctl(t->session, TCPMIG_IOC_CAPTURE, &c) ? errno : 0, EINVAL, "nobody's connection");
	}
}

unsigned int try_calls(const struct state *s)
{
	struct trial t = trial_begin("calls", s);

	expect(&t, set(&t, s->bytes, 0), EBADMSG, "no bytes");
	expect(&t, set(&t, s->bytes, TCPMIG_STATE_MAX + 1), EBADMSG, "too many bytes");
	expect(&t, set(&t, s->bytes, UINT32_MAX), EBADMSG, "far too many bytes");
	expect(&t, set(&t, s->bytes, TCPMIG_STATE_MAX), EFAULT, "more bytes than there are");
	expect(&t, set(&t, NULL, s->size), EFAULT, "no address");
	expect(&t, set(&t, (void *)-4096, s->size), EFAULT, "the kernel's memory");
	try_order(&t, s);
	try_tuples(&t);
	return trial_end(&t);
}

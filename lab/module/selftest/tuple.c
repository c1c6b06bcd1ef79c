// SPDX-License-Identifier: GPL-2.0-only
/* Would this node take a connection, and how often can the same one be captured? */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"
#include "session.h"

static uint32_t ask(int session, const struct tcpmig_tuple *tuple, uint32_t flags, const char *event)
{
	struct tcpmig_capture c = { .tuple = *tuple, .flags = flags };
	int err = ioctl(session, TCPMIG_IOC_CAPTURE, &c) ? errno : 0;

	say(event, "\"refusal\":\"%s\",\"errno\":%d", refusal_name(c.refusal), err);
	return err;
}

/* RFC 4291, 2.5.5.2. */
static void map_address(uint8_t mapped[16], const struct in_addr *a)
{
	memset(mapped, 0, 10);
	memset(mapped + 10, 0xff, 2);
	memcpy(mapped + 12, a, sizeof(*a));
}

int check_tuple(const struct options *o)
{
	struct tcpmig_tuple tuple = { .lport = o->listen.sin_port, .rport = o->connect.sin_port };
	int session = session_open();
	uint32_t refused;

	map_address(tuple.laddr, &o->listen.sin_addr);
	map_address(tuple.raddr, &o->connect.sin_addr);
	refused = ask(session, &tuple, TCPMIG_CAPTURE_CHECK, "check");
	close(session);
	/* The sessions stay open: what one has captured the next one asks for as well. */
	for (unsigned int i = 0; i < o->captures; i++)
		refused |= ask(session_open(), &tuple, 0, "capture");
	return refused ? 1 : 0;
}

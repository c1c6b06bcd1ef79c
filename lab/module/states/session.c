// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <fcntl.h>
#include <string.h>

#include "address.h"
#include "verbs.h"

static const char *const refusals[] = TCPMIG_REFUSED_NAMES;

const char *refusal_name(uint32_t refusal)
{
	return refusal < __TCPMIG_REFUSAL_MAX ? refusals[refusal] : "unknown";
}

int session_open(struct trial *t, int machine)
{
	int fd = call_at(t, machine, OP_OPEN, -1, O_RDWR, 0, 0, TCPMIG_DEVICE, sizeof(TCPMIG_DEVICE));

	if (fd < 0)
		fail(t, TCPMIG_DEVICE ": %s", strerror(-fd));
	return fd;
}

void session_close(struct trial *t, int machine, int session)
{
	call_at(t, machine, OP_CLOSE, session, 0, 0, 0, NULL, 0);
}

int session_call(struct trial *t, int machine, int session, unsigned int command, void *argument, uint32_t size)
{
	int err = call_at(t, machine, OP_IOCTL, session, command, 0, 0, argument, size);

	if (size)
		memcpy(argument, t->machines[machine].out, size);
	return err;
}

struct tcpmig_tuple tuple_of(const struct trial *t)
{
	struct tcpmig_tuple tuple = { .lport = htons(t->node.port), .rport = htons(t->peer.port) };

	struct in6_addr node = address_on_wire(t, true), peer = address_on_wire(t, false);

	memcpy(tuple.laddr, &node, sizeof(node));
	memcpy(tuple.raddr, &peer, sizeof(peer));
	return tuple;
}

struct tcpmig_tuple tuple_of_listener(const struct trial *t)
{
	struct tcpmig_tuple tuple = tuple_of(t);

	memset(tuple.raddr, 0, sizeof(tuple.raddr));
	tuple.rport = 0;
	if (!t->node.any)
		return tuple;
	memset(tuple.laddr, 0, sizeof(tuple.laddr));
	/* 0.0.0.0 as IPv4-mapped; an AF_INET6 socket at :: takes IPv4 as well. */
	if (t->family == IPV4)
		memset(tuple.laddr + 10, 0xff, 2);
	return tuple;
}

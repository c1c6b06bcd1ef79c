// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

static const struct in6_addr node_link_local = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
static const struct in6_addr peer_link_local = { .s6_addr = { 0xfe, 0x80, [15] = 2 } };

struct in6_addr address_on_wire(const struct trial *t, bool node)
{
	struct in_addr v4 = node ? node_address4 : peer_address4;

	if (t->family != IPV6)
		return (struct in6_addr){ .s6_addr32 = { 0, 0, htonl(0xffff), v4.s_addr } };
	if (t->link_local)
		return node ? node_link_local : peer_link_local;
	return node ? node_address6 : peer_address6;
}

/* The number of the machine's device: the third column of if_inet6, in the line of fe80::1. */
static uint32_t scope(struct trial *t)
{
	static const char path[] = "/proc/net/if_inet6";
	struct machine *m = &t->machines[t->at];
	char *text, *line;
	unsigned int index = 0;

	if (!t->link_local)
		return 0;
	if (call(t, OP_READ_FILE, -1, 0, 0, 0, path, sizeof(path)) < 0)
		fail(t, "%s cannot be read", path);
	text = strndup((const char *)m->out, m->out_size);
	line = strstr(text, "fe800000000000000000000000000001");
	if (!line || sscanf(line, "%*s %x", &index) != 1)
		fail(t, "%s has no fe80::1", m->name);
	free(text);
	return index;
}

struct address address_of(struct trial *t, bool node)
{
	uint16_t port = htons(node ? t->node.port : t->peer.port);
	struct address a = {};

	if (t->family == IPV4) {
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = port,
					  .sin_addr = node ? node_address4 : peer_address4 };

		a.size = sizeof(in);
		memcpy(&a.of, &in, sizeof(in));
	} else {
		struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = port,
					   .sin6_addr = address_on_wire(t, node), .sin6_scope_id = scope(t) };

		a.size = sizeof(in);
		memcpy(&a.of, &in, sizeof(in));
	}
	return a;
}

struct address address_any(struct trial *t)
{
	struct address a = address_of(t, true);

	if (t->family == IPV4)
		((struct sockaddr_in *)&a.of)->sin_addr.s_addr = htonl(INADDR_ANY);
	else
		((struct sockaddr_in6 *)&a.of)->sin6_addr = in6addr_any;
	return a;
}

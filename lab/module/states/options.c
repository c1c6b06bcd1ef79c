// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <linux/in6.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "verbs.h"

/* Newer than some C libraries; asm-generic/socket.h, linux/in.h, linux/in6.h. */
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

#define OPTION(level, name) { level, name, #name }

/*
 * Left out: what reading changes (SO_ERROR), what tells the time (TCP_TIMESTAMP), what is a property of the machine's
 * processors and cards (SO_INCOMING_CPU, SO_INCOMING_NAPI_ID), and TCP_QUICKACK, of which a kernel gives what it happens to
 * do at the moment.
 */
static const struct {
	int level, name;
	const char *text;
} list[] = {
	OPTION(SOL_SOCKET, SO_TYPE), OPTION(SOL_SOCKET, SO_DOMAIN), OPTION(SOL_SOCKET, SO_PROTOCOL),
	OPTION(SOL_SOCKET, SO_RCVBUF), OPTION(SOL_SOCKET, SO_SNDBUF), OPTION(SOL_SOCKET, SO_BUF_LOCK),
	OPTION(SOL_SOCKET, SO_RCVLOWAT), OPTION(SOL_SOCKET, SO_RCVTIMEO), OPTION(SOL_SOCKET, SO_SNDTIMEO),
	OPTION(SOL_SOCKET, SO_KEEPALIVE), OPTION(SOL_SOCKET, SO_OOBINLINE), OPTION(SOL_SOCKET, SO_LINGER),
	OPTION(SOL_SOCKET, SO_REUSEADDR), OPTION(SOL_SOCKET, SO_REUSEPORT), OPTION(SOL_SOCKET, SO_PRIORITY),
	OPTION(SOL_SOCKET, SO_MARK), OPTION(SOL_SOCKET, SO_DONTROUTE), OPTION(SOL_SOCKET, SO_BROADCAST),
	OPTION(SOL_SOCKET, SO_NO_CHECK), OPTION(SOL_SOCKET, SO_TIMESTAMP), OPTION(SOL_SOCKET, SO_TIMESTAMPNS),
	OPTION(SOL_SOCKET, SO_TIMESTAMPING), OPTION(SOL_SOCKET, SO_PASSCRED), OPTION(SOL_SOCKET, SO_BINDTODEVICE),
	OPTION(SOL_SOCKET, SO_RXQ_OVFL), OPTION(SOL_SOCKET, SO_WIFI_STATUS), OPTION(SOL_SOCKET, SO_LOCK_FILTER),
	OPTION(SOL_SOCKET, SO_BUSY_POLL), OPTION(SOL_SOCKET, SO_MAX_PACING_RATE), OPTION(SOL_SOCKET, SO_ZEROCOPY),
	OPTION(SOL_SOCKET, SO_TXTIME),
	OPTION(IPPROTO_TCP, TCP_NODELAY), OPTION(IPPROTO_TCP, TCP_CORK), OPTION(IPPROTO_TCP, TCP_MAXSEG),
	OPTION(IPPROTO_TCP, TCP_KEEPIDLE), OPTION(IPPROTO_TCP, TCP_KEEPINTVL), OPTION(IPPROTO_TCP, TCP_KEEPCNT),
	OPTION(IPPROTO_TCP, TCP_SYNCNT), OPTION(IPPROTO_TCP, TCP_LINGER2), OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT),
	OPTION(IPPROTO_TCP, TCP_WINDOW_CLAMP), OPTION(IPPROTO_TCP, TCP_CONGESTION), OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
	OPTION(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS), OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT), OPTION(IPPROTO_TCP, TCP_FASTOPEN),
	OPTION(IPPROTO_TCP, TCP_FASTOPEN_CONNECT), OPTION(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE), OPTION(IPPROTO_TCP, TCP_SAVE_SYN),
	OPTION(IPPROTO_TCP, TCP_ULP), OPTION(IPPROTO_TCP, TCP_INQ), OPTION(IPPROTO_TCP, TCP_TX_DELAY), OPTION(IPPROTO_TCP, TCP_REPAIR),
	OPTION(IPPROTO_IP, IP_TOS), OPTION(IPPROTO_IP, IP_TTL), OPTION(IPPROTO_IP, IP_MINTTL), OPTION(IPPROTO_IP, IP_MTU_DISCOVER),
	OPTION(IPPROTO_IP, IP_RECVERR), OPTION(IPPROTO_IP, IP_RECVTOS), OPTION(IPPROTO_IP, IP_RECVTTL), OPTION(IPPROTO_IP, IP_PKTINFO),
	OPTION(IPPROTO_IP, IP_FREEBIND), OPTION(IPPROTO_IP, IP_TRANSPARENT), OPTION(IPPROTO_IP, IP_NODEFRAG),
	OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT), OPTION(IPPROTO_IP, IP_LOCAL_PORT_RANGE), OPTION(IPPROTO_IP, IP_MTU),
	OPTION(IPPROTO_IP, IP_CHECKSUM), OPTION(IPPROTO_IP, IP_RECVFRAGSIZE),
	OPTION(IPPROTO_IPV6, IPV6_V6ONLY), OPTION(IPPROTO_IPV6, IPV6_TCLASS), OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
	OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER), OPTION(IPPROTO_IPV6, IPV6_MTU), OPTION(IPPROTO_IPV6, IPV6_RECVERR),
	OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO), OPTION(IPPROTO_IPV6, IPV6_RECVTCLASS), OPTION(IPPROTO_IPV6, IPV6_RECVHOPLIMIT),
	OPTION(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL), OPTION(IPPROTO_IPV6, IPV6_FLOWINFO_SEND), OPTION(IPPROTO_IPV6, IPV6_MINHOPCOUNT),
	OPTION(IPPROTO_IPV6, IPV6_DONTFRAG), OPTION(IPPROTO_IPV6, IPV6_ADDR_PREFERENCES), OPTION(IPPROTO_IPV6, IPV6_FREEBIND),
	OPTION(IPPROTO_IPV6, IPV6_TRANSPARENT), OPTION(IPPROTO_IPV6, IPV6_RECVORIGDSTADDR),
};

#define COUNT (sizeof(list) / sizeof(list[0]))
_Static_assert(COUNT <= OPTIONS_MAX, "room for the list");

void options_read(struct trial *t, struct option_values *v)
{
	int fd = t->situation->listens ? t->node.listener : t->node.fd;
	struct machine *m = &t->machines[t->at];

	memset(v, 0, sizeof(*v));
	for (size_t i = 0; fd >= 0 && i < COUNT; i++) {
		v->option[i].result = call(t, OP_GETSOCKOPT, fd, list[i].level, list[i].name, OPTION_ROOM,
					   NULL, 0);
		v->option[i].size = m->out_size;
		memcpy(v->option[i].value, m->out, m->out_size);
	}
}

static int number(const uint8_t *value)
{
	int n;

	memcpy(&n, value, sizeof(n));
	return n;
}

/* include/net/tcp_states.h */
#define STATE_CLOSE 7

/* A route is looked up for segments; a closed connection has none any more, and where it was none is looked up. */
static bool is_of_lost_route(const struct trial *t, size_t i)
{
	bool mtu = (list[i].level == IPPROTO_IP && list[i].name == IP_MTU) ||
		   (list[i].level == IPPROTO_IPV6 && list[i].name == IPV6_MTU);

	return mtu && t->proof.state == STATE_CLOSE;
}

void options_compare(struct trial *t, const struct option_values *before)
{
	struct option_values after;
	char differ[512] = "";
	int n = 0;

	options_read(t, &after);
	for (size_t i = 0; i < COUNT && n < (int)sizeof(differ); i++)
		if (!is_of_lost_route(t, i) &&
		    memcmp(&before->option[i], &after.option[i], sizeof(after.option[i])))
			n += snprintf(differ + n, sizeof(differ) - n, "%s%s was %d, is %d", n ? "; " : "", list[i].text,
				      number(before->option[i].value), number(after.option[i].value));
	if (n)
		fail(t, "options: %s", differ);
}

// SPDX-License-Identifier: GPL-2.0-only
/* What a program has set on its socket, and what of it acts after the move. */
#include <linux/in6.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "situations.h"

static void set_bytes(struct trial *t, int level, int name, const void *value, uint32_t size)
{
	int err = call(t, OP_SETSOCKOPT, t->node.fd, level, name, 0, value, size);

	if (err)
		fail(t, "setsockopt %d %d: %s", level, name, strerror(-err));
}

static void set_common(struct trial *t)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 7 };
	struct timeval receive = { .tv_sec = 3, .tv_usec = 500000 }, send = { .tv_sec = 2, .tv_usec = 250000 };

	set_bytes(t, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	set_bytes(t, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof(receive));
	set_bytes(t, SOL_SOCKET, SO_SNDTIMEO, &send, sizeof(send));
	node_set(t, SOL_SOCKET, SO_KEEPALIVE, 1);
	node_set(t, SOL_SOCKET, SO_PRIORITY, 5);
	node_set(t, SOL_SOCKET, SO_MARK, 77);
	node_set(t, SOL_SOCKET, SO_RCVLOWAT, 100);
	node_set(t, SOL_SOCKET, SO_REUSEADDR, 1);
	node_set(t, SOL_SOCKET, SO_REUSEPORT, 1);
	node_set(t, SOL_SOCKET, SO_MAX_PACING_RATE, 50000000);
}

static void set_tcp(struct trial *t)
{
	node_set(t, IPPROTO_TCP, TCP_NODELAY, 1);
	node_set(t, IPPROTO_TCP, TCP_KEEPIDLE, 111);
	node_set(t, IPPROTO_TCP, TCP_KEEPINTVL, 22);
	node_set(t, IPPROTO_TCP, TCP_KEEPCNT, 3);
	node_set(t, IPPROTO_TCP, TCP_SYNCNT, 4);
	node_set(t, IPPROTO_TCP, TCP_LINGER2, 50);
	node_set(t, IPPROTO_TCP, TCP_USER_TIMEOUT, 12345);
	node_set(t, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096);
	node_set(t, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1);
	node_set(t, IPPROTO_TCP, TCP_INQ, 1);
	node_set(t, IPPROTO_TCP, TCP_WINDOW_CLAMP, 50000);
}

static void set_ip(struct trial *t)
{
	node_set(t, IPPROTO_IP, IP_TOS, 0x10);
	node_set(t, IPPROTO_IP, IP_TTL, 44);
	node_set(t, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
	if (t->family == IPV4)
		return;
	node_set(t, IPPROTO_IPV6, IPV6_TCLASS, 0x20);
	node_set(t, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33);
	node_set(t, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
	node_set(t, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0);
}

static void options(struct trial *t)
{
	connection_accepted(t);
	set_common(t);
	set_tcp(t);
	set_ip(t);
	peer_send(t, 500);
	acknowledged(t);
	prove(t, ESTABLISHED, 500, 0, 0);
}

/* What only changes what recvmsg tells. */
static void options_of_messages(struct trial *t)
{
	connection_accepted(t);
	node_set(t, SOL_SOCKET, SO_TIMESTAMP, 1);
	node_set(t, IPPROTO_IP, IP_RECVTOS, 1);
	node_set(t, IPPROTO_IP, IP_RECVERR, 1);
	if (t->family != IPV4)
		node_set(t, IPPROTO_IPV6, IPV6_RECVERR, 1);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void defer_accept(struct trial *t)
{
	connection_accepted(t);
	node_set(t, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void congestion(struct trial *t)
{
	connection_accepted(t);
	set_bytes(t, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	t->peer.acks = false;
	node_send(t, 3000);
	arrived(t);
	prove(t, ESTABLISHED, 0, 3000, 0);
}

/* It has measured a round trip and the rate. */
static void congestion_bbr(struct trial *t)
{
	connection_accepted(t);
	set_bytes(t, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3);
	node_send(t, 5000);
	arrived(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void segment_size(struct trial *t)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, IPPROTO_TCP, TCP_MAXSEG, 700);
	t->node.fd = -1;
	connection_accepted(t);
	t->peer.acks = false;
	node_send(t, 3000);
	prove(t, ESTABLISHED, 0, 3000, 0);
}

static void saved_syn(struct trial *t)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	node_set(t, IPPROTO_TCP, TCP_SAVE_SYN, 1);
	t->node.fd = -1;
	connection_accepted(t);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void ask_for_syn(struct trial *t)
{
	node_read_saved_syn(t);
	finish(t);
}

/* The shortest idle time there is. */
static void keepalive(struct trial *t)
{
	connection_accepted(t);
	node_set(t, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	node_set(t, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	node_set(t, SOL_SOCKET, SO_KEEPALIVE, 1);
	prove(t, ESTABLISHED, 0, 0, 0);
}

static void probe_is_sent(struct trial *t)
{
	unsigned int from = t->seen.from[t->at];

	await(t, "a keepalive probe", t->seen.from[t->at] > from);
	finish(t);
}

const struct situation kept[] = {
	{ "options", "options of sockets, TCP and IP set", .prepare = options },
	{ "options-of-messages", "options that change what recvmsg tells", .prepare = options_of_messages },
	{ "options-defer-accept", "TCP_DEFER_ACCEPT set", .prepare = defer_accept },
	{ "options-congestion", "another congestion control chosen", .prepare = congestion },
	{ "options-congestion-bbr", "BBR, with its measurements", .prepare = congestion_bbr },
	{ "options-segment-size", "TCP_MAXSEG set before the connection stood", .prepare = segment_size },
	{ "options-saved-syn", "the program has not asked for the SYN yet (TCP_SAVE_SYN)", .prepare = saved_syn,
	  .finish = ask_for_syn },
	{ "options-keepalive", "the new machine sends the keepalive probe", .prepare = keepalive,
	  .finish = probe_is_sent },
	{}
};

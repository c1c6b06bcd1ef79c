// SPDX-License-Identifier: GPL-2.0-only
/* What does not move: refused by name before anything is frozen, and the connection goes on. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "move.h"
#include "situations.h"

/* A protocol of newer C libraries. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void set_bytes(struct trial *t, int level, int name, const void *value, uint32_t size)
{
	int err = call(t, OP_SETSOCKOPT, t->node.fd, level, name, 0, value, size);

	if (err)
		fail(t, "setsockopt %d %d: %s", level, name, strerror(-err));
}

static void with_data(struct trial *t)
{
	connection_accepted(t);
	peer_send(t, 500);
	acknowledged(t);
}

static void tls(struct trial *t)
{
	with_data(t);
	set_bytes(t, IPPROTO_TCP, TCP_ULP, "tls", 4);
}

/* A key for somebody else: this connection's segments stay as they are. */
static void md5(struct trial *t)
{
	struct tcp_md5sig key = { .tcpm_keylen = 4, .tcpm_key = "key" };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&key.tcpm_addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&key.tcpm_addr;

	with_data(t);
	if (t->family == IPV4)
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = peer_address4.s_addr ^ htonl(255) };
	else
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_addr.s6_addr = { 0x20, 1, 0xd, 0xb8, 9 } };
	set_bytes(t, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key));
}

static void repair(struct trial *t)
{
	with_data(t);
	node_set(t, IPPROTO_TCP, TCP_REPAIR, 1);
}

/* Off again without a probe of the window (TCP_REPAIR_OFF_NO_WP). */
static void finish_repair(struct trial *t)
{
	node_set(t, IPPROTO_TCP, TCP_REPAIR, -1);
	finish(t);
}

static void zero_copy(struct trial *t)
{
	static const char pages[8192];
	uint8_t data[sizeof(pages)];

	with_data(t);
	node_set(t, SOL_SOCKET, SO_ZEROCOPY, 1);
	t->peer.acks = false;
	for (uint32_t i = 0; i < sizeof(data); i++)
		data[i] = pattern(true, i);
	t->node.written += sizeof(data);
	if (call(t, OP_SEND, t->node.fd, MSG_ZEROCOPY, 0, 0, data, sizeof(data)) != sizeof(data))
		fail(t, "send with MSG_ZEROCOPY");
	arrived(t);
}

static void filter(struct trial *t)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 0xffff);

	with_data(t);
	if (call(t, OP_ATTACH_FILTER, t->node.fd, 0, 0, 0, &all, sizeof(all)))
		fail(t, "SO_ATTACH_FILTER");
}

static void device(struct trial *t)
{
	with_data(t);
	set_bytes(t, SOL_SOCKET, SO_BINDTODEVICE, "wire", 5);
}

/* Four times "no operation". */
static void ip_options(struct trial *t)
{
	with_data(t);
	set_bytes(t, IPPROTO_IP, IP_OPTIONS, "\1\1\1\1", 4);
}

static void finish_ip_options(struct trial *t)
{
	set_bytes(t, IPPROTO_IP, IP_OPTIONS, NULL, 0);
	finish(t);
}

/* Destination options: four bytes of padding. */
static void extension_headers(struct trial *t)
{
	with_data(t);
	set_bytes(t, IPPROTO_IPV6, IPV6_DSTOPTS, "\0\0\1\4\0\0\0\0", 8);
}

static void finish_extension_headers(struct trial *t)
{
	set_bytes(t, IPPROTO_IPV6, IPV6_DSTOPTS, NULL, 0);
	finish(t);
}

/* The peer does not know multipath TCP, so that only the program's socket is one. */
static void multipath(struct trial *t)
{
	t->node.protocol = IPPROTO_MPTCP;
	connection_opened(t);
	peer_send(t, 500);
	acknowledged(t);
}

/* RFC 7413, without a cookie. */
static void fast_open(struct trial *t)
{
	node_socket(t);
	node_set(t, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	node_set(t, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, 1);
	node_connect_later(t);
	node_send(t, 100);
	await(t, "a SYN with data", t->seen.has_syn && t->seen.syn.len == 100);
	prove(t, SYN_SENT, 0, 0, 0);
}

static void finish_handshake(struct trial *t)
{
	peer_syn_ack(t);
	acknowledged(t);
	finish(t);
}

static void unconnected(struct trial *t)
{
	node_socket(t);
}

/* Data in SYNs is taken by a cookie of this machine's. */
static void listening_fast_open(struct trial *t)
{
	node_listen(t);
	t->node.fd = t->node.listener;
	t->node.listener = -1;
	node_set(t, IPPROTO_TCP, TCP_FASTOPEN, 5);
}

static void listening_twice(struct trial *t)
{
	node_listen(t);
	t->node.other = other_bound(t);
	if (call_at(t, !t->at, OP_LISTEN, t->node.other, 8, 0, 0, NULL, 0))
		fail(t, "the other machine does not listen");
}

static void datagrams(struct trial *t)
{
	t->node.fd = call(t, OP_SOCKET, -1, t->family == IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0, NULL, 0);
}

static void nothing_follows(struct trial *t)
{
	node_close(t);
}

/* The peer's SYN is answered, and nobody has the connection yet. */
static void handshake(struct trial *t)
{
	node_listen(t);
	peer_syn_only(t);
}

static void finish_half_open(struct trial *t)
{
	peer_ack(t);
	node_accept(t);
	finish(t);
}

static void time_wait(struct trial *t)
{
	connection_accepted(t);
	finish(t);
}

static void nothing_is_left(struct trial *t)
{
	prove_absent(t, t->at, true);
}

/* At the destination. */

/* TCP_REPAIR makes a connection without a segment. */
static void tuple_in_use(struct trial *t)
{
	with_data(t);
	t->node.other = other_connection(t);
}

static void port_in_use(struct trial *t)
{
	with_data(t);
	t->node.other = other_bound(t);
}

static void finish_other(struct trial *t)
{
	call_at(t, !t->at, OP_CLOSE, t->node.other, 0, 0, 0, NULL, 0);
	finish(t);
}

static void finish_listening(struct trial *t)
{
	connection_accepted(t);
	finish_other(t);
}

/* fe80::1 of the machine and fe80::2 of the peer. */
static void link_local(struct trial *t)
{
	t->link_local = true;
	with_data(t);
}

#define ONLY(family) (1u << (family))

const struct situation refused[] = {
	{ "refused-tls", "TLS in the kernel", .prepare = tls, .refused = "ulp" },
	{ "refused-md5", "RFC 2385 keys", .prepare = md5, .refused = "md5-ao" },
	{ "refused-multipath", "a multipath TCP socket", .prepare = multipath, .refused = "mptcp" },
	{ "refused-fast-open", "data in the SYN", .prepare = fast_open, .refused = "fastopen",
	  .finish = finish_handshake },
	{ "refused-repair", "TCP_REPAIR is on", .prepare = repair, .refused = "repair", .finish = finish_repair },
	{ "refused-zero-copy", "MSG_ZEROCOPY data not acknowledged", .prepare = zero_copy, .refused = "zerocopy" },
	{ "refused-filter", "a BPF filter on the socket", .prepare = filter, .refused = "bpf" },
	{ "refused-device", "bound to a device", .prepare = device, .refused = "route" },
	{ "refused-ip-options", "IP options", .prepare = ip_options, .refused = "route", .finish = finish_ip_options,
	  .families = ONLY(IPV4) },
	{ "refused-extension-headers", "IPv6 extension headers", .prepare = extension_headers, .refused = "route",
	  .finish = finish_extension_headers, .families = ONLY(IPV6) },
	{ "refused-link-local", "IPv6 addresses of one link", .prepare = link_local, .refused = "link-local",
	  .families = ONLY(IPV6) },
	{ "refused-unconnected", "a socket that was never connected", .prepare = unconnected, .refused = "state",
	  .finish = nothing_follows },
	{ "refused-listening-fast-open", "a listening socket that takes data in SYNs", .prepare = listening_fast_open,
	  .refused = "fastopen", .finish = nothing_follows },
	{ "refused-listening-in-use", "the destination listens at the port", .listens = true,
	  .prepare = listening_twice, .refused = "port-in-use", .ask = capture_refused, .finish = finish_listening },
	{ "refused-datagrams", "a UDP socket", .prepare = datagrams, .refused = "not-tcp", .finish = nothing_follows },
	{ "refused-handshake", "by tuple: a handshake that the peer has not finished", .prepare = handshake,
	  .refused = "handshake", .finish = finish_half_open },
	{ "refused-time-wait", "by tuple: only TIME_WAIT is left", .prepare = time_wait, .refused = "time-wait",
	  .finish = nothing_is_left },
	{ "refused-owned", "by tuple: a program has it", .prepare = with_data, .refused = "owned",
	  .ask = attach_refused_by_tuple },
	{ "refused-tuple-in-use", "the destination has a connection of this tuple", .prepare = tuple_in_use,
	  .refused = "tuple-in-use", .ask = capture_refused, .finish = finish_other },
	{ "refused-port-in-use", "the destination's port is bound", .prepare = port_in_use,
	  .refused = "port-in-use", .ask = capture_refused, .finish = finish_other },
	{ "refused-no-address", "the destination does not have the address", .prepare = with_data,
	  .refused = "no-address", .ask = capture_refused_elsewhere },
	{ "refused-captured", "another session captures the tuple", .prepare = with_data, .refused = "captured",
	  .ask = capture_refused_twice },
	{}
};

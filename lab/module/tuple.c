// SPDX-License-Identifier: GPL-2.0-only
/* A connection by its four numbers: of a socket, of a segment, and whether this machine can take it (CAPTURE). */
#include <linux/ip.h>
#include <linux/jhash.h>
#include <linux/tcp.h>
#include <net/addrconf.h>
#include <net/inet_hashtables.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "module.h"

void tcpmig_sock_tuple(const struct sock *sk, struct tcpmig_tuple *t)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool listens = sk->sk_state == TCP_LISTEN;

	*t = (struct tcpmig_tuple){ .lport = inet->inet_sport, .rport = inet->inet_dport };
	if (sk->sk_family == AF_INET6) {
		memcpy(t->laddr, &sk->sk_v6_rcv_saddr, sizeof(t->laddr));
		if (!listens)
			memcpy(t->raddr, &sk->sk_v6_daddr, sizeof(t->raddr));
	} else {
		ipv6_addr_set_v4mapped(inet->inet_saddr, (struct in6_addr *)t->laddr);
		if (!listens)
			ipv6_addr_set_v4mapped(inet->inet_daddr, (struct in6_addr *)t->raddr);
	}
}

static bool segment_ports(struct sk_buff *skb, int offset, struct tcpmig_segment *seg)
{
	if (!pskb_may_pull(skb, offset + sizeof(struct tcphdr)))
		return false;
	seg->th = (struct tcphdr *)(skb->data + offset);
	seg->payload = offset + seg->th->doff * 4;
	seg->tuple.lport = seg->th->dest;
	seg->tuple.rport = seg->th->source;
	return seg->th->doff >= sizeof(struct tcphdr) / 4 && seg->payload <= (int)skb->len;
}

static bool segment_read4(struct sk_buff *skb, struct tcpmig_segment *seg)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_TCP || !segment_ports(skb, ip_hdrlen(skb), seg))
		return false;
	ip = ip_hdr(skb);
	ipv6_addr_set_v4mapped(ip->daddr, (struct in6_addr *)seg->tuple.laddr);
	ipv6_addr_set_v4mapped(ip->saddr, (struct in6_addr *)seg->tuple.raddr);
	return true;
}

/* A fragment is put together behind this hook: it is not looked at, and neither side sends TCP in fragments. */
static bool segment_read6(struct sk_buff *skb, struct tcpmig_segment *seg)
{
	u8 protocol = ipv6_hdr(skb)->nexthdr;
	__be16 fragment;
	int offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &protocol, &fragment);

	if (offset < 0 || fragment || protocol != IPPROTO_TCP || !segment_ports(skb, offset, seg))
		return false;
	memcpy(seg->tuple.laddr, &ipv6_hdr(skb)->daddr, sizeof(seg->tuple.laddr));
	memcpy(seg->tuple.raddr, &ipv6_hdr(skb)->saddr, sizeof(seg->tuple.raddr));
	return true;
}

bool tcpmig_segment_read(struct sk_buff *skb, struct tcpmig_segment *seg)
{
	return ip_hdr(skb)->version == 4 ? segment_read4(skb, seg) : segment_read6(skb, seg);
}

u32 tcpmig_tuple_hash(const struct tcpmig_tuple *t)
{
	return jhash(t, sizeof(*t), 0);
}

static bool family_has_address(struct net *net, const struct tcpmig_tuple *t)
{
	if (tcpmig_tuple_is_any(t))
		return true;
	if (tcpmig_tuple_is_ipv4(t))
		return inet_addr_type(net, tcpmig_tuple_laddr4(t)) == RTN_LOCAL;
	return ipv6_chk_addr(net, tcpmig_tuple_laddr6(t), NULL, 0);
}

/* What wants a port. */
struct claim {
	const struct tcpmig_tuple *tuple;
	bool listens, shares, v6only;
};

static bool owner_has_ipv4(const struct sock *sk)
{
	return sk->sk_family == AF_INET || ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr) ||
	       (ipv6_addr_any(&sk->sk_v6_rcv_saddr) && !ipv6_only_sock(sk));
}

static bool owner_has_address(const struct sock *sk, const struct claim *c)
{
	const struct tcpmig_tuple *t = c->tuple;

	if (tcpmig_tuple_is_any(t) && tcpmig_tuple_is_ipv4(t))
		return owner_has_ipv4(sk);
	if (tcpmig_tuple_is_any(t))
		return !c->v6only || sk->sk_family == AF_INET6;
	if (sk->sk_family == AF_INET)
		return tcpmig_tuple_is_ipv4(t) &&
		       (!sk->sk_rcv_saddr || sk->sk_rcv_saddr == tcpmig_tuple_laddr4(t));
	if (ipv6_addr_any(&sk->sk_v6_rcv_saddr))
		return !tcpmig_tuple_is_ipv4(t) || !ipv6_only_sock(sk);
	return ipv6_addr_equal(&sk->sk_v6_rcv_saddr, tcpmig_tuple_laddr6(t));
}

/*
 * Connections and listeners share a port, as those of one server do. Only a socket that is bound to it and neither
 * listens nor is connected, and that did not agree to share, has it for itself; of two that listen both have to agree.
 */
static bool owner_is_exclusive(const struct sock *sk, const struct claim *c)
{
	if (sk->sk_state == TCP_LISTEN)
		return c->listens && !(c->shares && sk->sk_reuseport) && owner_has_address(sk, c);
	return sk->sk_state == TCP_CLOSE && !sk->sk_reuse && !sk->sk_reuseport && owner_has_address(sk, c);
}

static bool port_is_exclusive(struct net *net, const struct claim *c)
{
	struct inet_hashinfo *info = compat_hashinfo(net);
	u16 port = ntohs(c->tuple->lport);
	struct inet_bind_hashbucket *head = &info->bhash[inet_bhashfn(net, port, info->bhash_size)];
	struct inet_bind2_bucket __maybe_unused *tb2;
	struct inet_bind_bucket *tb;
	bool exclusive = false;
	struct sock *sk;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		if (!net_eq(ib_net(tb), net) || tb->port != port)
			continue;
		compat_for_each_port_owner(sk, tb2, tb)
			exclusive |= owner_is_exclusive(sk, c);
	}
	spin_unlock_bh(&head->lock);
	return exclusive;
}

/* Also by TIME_WAIT, by a handshake, and by a socket that is bound to a device, which only segments from there find. */
struct sock *tcpmig_tuple_lookup(struct net *net, const struct tcpmig_tuple *t)
{
	struct sock *sk = NULL;
	struct net_device *dev;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		sk = compat_lookup_established(net, t, dev->ifindex);
		if (sk)
			break;
	}
	rcu_read_unlock();
	return sk;
}

static bool tuple_in_use(struct net *net, const struct tcpmig_tuple *t)
{
	struct sock *sk = tcpmig_tuple_lookup(net, t);

	if (sk)
		sock_gen_put(sk);
	return sk;
}

u32 tcpmig_listener_refusal(struct net *net, const struct tcpmig_tuple *t, bool shares, bool v6only)
{
	struct claim c = { .tuple = t, .listens = true, .shares = shares, .v6only = v6only };

	return port_is_exclusive(net, &c) ? TCPMIG_PORT_IN_USE : TCPMIG_OK;
}

u32 tcpmig_tuple_refusal(struct net *net, const struct tcpmig_tuple *t)
{
	struct claim c = { .tuple = t };

	if (!family_has_address(net, t))
		return tcpmig_count_refusal(TCPMIG_NO_ADDRESS);
	if (tcpmig_capture_active(net, t))
		return tcpmig_count_refusal(TCPMIG_CAPTURED);
	/* Its options are not known yet: the benefit of the doubt. */
	if (tcpmig_tuple_is_listener(t))
		return tcpmig_count_refusal(tcpmig_listener_refusal(net, t, true, true));
	if (tuple_in_use(net, t))
		return tcpmig_count_refusal(TCPMIG_TUPLE_IN_USE);
	if (port_is_exclusive(net, &c))
		return tcpmig_count_refusal(TCPMIG_PORT_IN_USE);
	return TCPMIG_OK;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Which connections can leave (ATTACH, FREEZE) and which can come (CAPTURE): answered before anything is frozen. */
#include <net/addrconf.h>
#include <net/inet_hashtables.h>
#include <net/mptcp.h>
#include <net/route.h>
#include <net/tcp.h>

#include "module.h"

static bool signs_segments(const struct tcp_sock *tp)
{
#ifdef CONFIG_TCP_MD5SIG
	if (rcu_access_pointer(tp->md5sig_info))
		return true;
#endif
	return compat_has_ao(tp);
}

/* Pages of the program's memory that the peer has not acknowledged: the program waits for their completion. */
static bool sends_zerocopy(struct sock *sk)
{
	struct sk_buff *skb;
	struct rb_node *n;

	for (n = rb_first(&sk->tcp_rtx_queue); n; n = rb_next(n))
		if (skb_zcopy(rb_to_skb(n)))
			return true;
	skb_queue_walk(&sk->sk_write_queue, skb)
		if (skb_zcopy(skb))
			return true;
	return false;
}

static bool bpf_attached(const struct sock *sk)
{
	return sk->sk_user_data || rcu_access_pointer(sk->sk_filter) || sk->sk_prot != sk->sk_prot_creator ||
	       READ_ONCE(tcp_sk(sk)->bpf_sock_ops_cb_flags);
}

static bool fastopen_pending(const struct tcp_sock *tp)
{
	return tp->fastopen_req || rcu_access_pointer(tp->fastopen_rsk) || (tp->syn_data && !tp->syn_data_acked);
}

/* The caller holds the socket's lock. */
static u32 refusal(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_protocol == IPPROTO_MPTCP)
		return TCPMIG_MPTCP;
	if (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP)
		return TCPMIG_NOT_TCP;
	if (sk->sk_family != AF_INET)
		return sk->sk_family == AF_INET6 ? TCPMIG_NOT_IPV4 : TCPMIG_NOT_TCP;
	if (sk->sk_state != TCP_ESTABLISHED && sk->sk_state != TCP_CLOSE_WAIT)
		return TCPMIG_STATE;
	if (sk_is_mptcp(sk))
		return TCPMIG_MPTCP;
	if (inet_csk(sk)->icsk_ulp_ops)
		return TCPMIG_ULP;
	if (signs_segments(tp))
		return TCPMIG_MD5_AO;
	if (fastopen_pending(tp))
		return TCPMIG_FASTOPEN;
	if (tp->urg_data || tp->snd_una != tp->snd_up)
		return TCPMIG_URGENT;
	if (tp->repair)
		return TCPMIG_REPAIR;
	if (sends_zerocopy(sk))
		return TCPMIG_ZEROCOPY;
	if (bpf_attached(sk))
		return TCPMIG_BPF;
	if (sk->sk_bound_dev_if || rcu_access_pointer(inet_sk(sk)->inet_opt))
		return TCPMIG_ROUTE;
	return TCPMIG_OK;
}

u32 tcpmig_sock_refusal(struct sock *sk)
{
	return tcpmig_count_refusal(refusal(sk));
}

void tcpmig_sock_tuple(const struct sock *sk, struct tcpmig_tuple *t)
{
	const struct inet_sock *inet = inet_sk(sk);

	*t = (struct tcpmig_tuple){ .laddr = inet->inet_saddr, .raddr = inet->inet_daddr,
				    .lport = inet->inet_sport, .rport = inet->inet_dport };
}

/*
 * Connections and listeners share a port, as those of one server do. Only a socket that is bound to it and neither
 * listens nor is connected, and that did not agree to share, has it for itself.
 */
static bool owner_is_exclusive(const struct sock *sk, __be32 laddr)
{
	if (sk->sk_state != TCP_CLOSE || sk->sk_reuse || sk->sk_reuseport)
		return false;
	return !sk->sk_rcv_saddr || sk->sk_rcv_saddr == laddr;
}

static bool port_is_exclusive(struct net *net, __be16 lport, __be32 laddr)
{
	struct inet_hashinfo *info = compat_hashinfo(net);
	struct inet_bind_hashbucket *head = &info->bhash[inet_bhashfn(net, ntohs(lport), info->bhash_size)];
	struct inet_bind2_bucket __maybe_unused *tb2;
	struct inet_bind_bucket *tb;
	bool exclusive = false;
	struct sock *sk;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		if (!net_eq(ib_net(tb), net) || tb->port != ntohs(lport))
			continue;
		compat_for_each_port_owner(sk, tb2, tb)
			exclusive |= owner_is_exclusive(sk, laddr);
	}
	spin_unlock_bh(&head->lock);
	return exclusive;
}

static bool tuple_in_use_on(struct net *net, const struct tcpmig_tuple *t, int ifindex)
{
	struct sock *sk = compat_lookup_established(net, t->raddr, t->rport, t->laddr, t->lport, ifindex);

	if (sk)
		sock_gen_put(sk);
	return sk;
}

/* Also by TIME_WAIT, by a handshake, and by a socket that is bound to a device, which only segments from there find. */
static bool tuple_in_use(struct net *net, const struct tcpmig_tuple *t)
{
	struct net_device *dev;
	bool used = false;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev)
		used |= tuple_in_use_on(net, t, dev->ifindex);
	rcu_read_unlock();
	return used;
}

u32 tcpmig_tuple_refusal(struct net *net, const struct tcpmig_tuple *t)
{
	if (inet_addr_type(net, t->laddr) != RTN_LOCAL)
		return tcpmig_count_refusal(TCPMIG_NO_ADDRESS);
	if (tcpmig_capture_active(net, t))
		return tcpmig_count_refusal(TCPMIG_CAPTURED);
	if (tuple_in_use(net, t))
		return tcpmig_count_refusal(TCPMIG_TUPLE_IN_USE);
	if (port_is_exclusive(net, t->lport, t->laddr))
		return tcpmig_count_refusal(TCPMIG_PORT_IN_USE);
	return TCPMIG_OK;
}

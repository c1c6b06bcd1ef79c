// SPDX-License-Identifier: GPL-2.0-only
/* Which connections can leave (ATTACH, FREEZE): answered before anything is frozen. */
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/sock_reuseport.h>
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

/* A BPF program chooses among sockets that share a port. */
static bool reuseport_program(const struct sock *sk)
{
	const struct sock_reuseport *group;
	bool chooses;

	rcu_read_lock();
	group = rcu_dereference(sk->sk_reuseport_cb);
	chooses = group && rcu_access_pointer(group->prog);
	rcu_read_unlock();
	return chooses;
}

static bool bpf_attached(const struct sock *sk)
{
	return sk->sk_user_data || rcu_access_pointer(sk->sk_filter) || sk->sk_prot != sk->sk_prot_creator ||
	       reuseport_program(sk) ||
	       READ_ONCE(tcp_sk(sk)->bpf_sock_ops_cb_flags);
}

static bool fastopen_pending(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	/* The cookies that allow it are this machine's. */
	if (sk->sk_state == TCP_LISTEN)
		return inet_csk(sk)->icsk_accept_queue.fastopenq.max_qlen;
	return tp->fastopen_req || rcu_access_pointer(tp->fastopen_rsk) || (tp->syn_data && !tp->syn_data_acked);
}

static bool has_extension_headers(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && rcu_access_pointer(inet6_sk(sk)->opt);
}

static bool is_of_one_link(const struct sock *sk)
{
	return (ipv6_addr_type(&sk->sk_v6_rcv_saddr) | ipv6_addr_type(&sk->sk_v6_daddr)) & IPV6_ADDR_LINKLOCAL;
}

/* In CLOSE: only what was connected once, and has perhaps something to read. */
bool tcpmig_sock_movable(const struct sock *sk)
{
	return sk->sk_state == TCP_LISTEN || (BIT(sk->sk_state) & TCPMIG_MOVABLE_STATES && inet_sk(sk)->inet_dport);
}

/* The caller holds the socket's lock. */
static u32 refusal(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_protocol == IPPROTO_MPTCP)
		return TCPMIG_MPTCP;
	if (sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_TCP)
		return TCPMIG_NOT_TCP;
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return TCPMIG_NOT_TCP;
	if (!tcpmig_sock_movable(sk))
		return TCPMIG_STATE;
	if (sk_is_mptcp(sk))
		return TCPMIG_MPTCP;
	if (inet_csk(sk)->icsk_ulp_ops)
		return TCPMIG_ULP;
	if (signs_segments(tp))
		return TCPMIG_MD5_AO;
	if (fastopen_pending(sk))
		return TCPMIG_FASTOPEN;
	if (tp->repair)
		return TCPMIG_REPAIR;
	if (sends_zerocopy(sk))
		return TCPMIG_ZEROCOPY;
	if (bpf_attached(sk))
		return TCPMIG_BPF;
	/* Such a socket is bound to its device as well. */
	if (sk->sk_family == AF_INET6 && is_of_one_link(sk))
		return TCPMIG_LINK_LOCAL;
	if (sk->sk_bound_dev_if || rcu_access_pointer(inet_sk(sk)->inet_opt) || has_extension_headers(sk))
		return TCPMIG_ROUTE;
	return TCPMIG_OK;
}

u32 tcpmig_sock_refusal(struct sock *sk)
{
	return tcpmig_count_refusal(refusal(sk));
}

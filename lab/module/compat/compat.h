/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between kernel versions, as named features; version checks are nowhere else. */
#ifndef _TCPMIG_COMPAT_H
#define _TCPMIG_COMPAT_H

#include <linux/version.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "../tuple.h"

#define KERNEL_HAS(major, minor) (LINUX_VERSION_CODE >= KERNEL_VERSION(major, minor, 0))

/* No longer by way of linux/kernel.h: mac_pton. */
#if KERNEL_HAS(7, 0)
#include <linux/hex.h>
#endif

/* 6.2 renamed the directions of an iterator (and 6.1's stable series may have them too). */
#ifndef ITER_DEST
#define ITER_DEST READ
#define ITER_SOURCE WRITE
#endif

static inline struct inet_hashinfo *compat_hashinfo(struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

/* 7.0: the lookups know their table. */
#if KERNEL_HAS(7, 0)
#define COMPAT_LOOKUP_IN(net) net
#else
#define COMPAT_LOOKUP_IN(net) net, compat_hashinfo(net)
#endif

/* RCU. With a reference, for sock_gen_put. */
static inline struct sock *compat_lookup_established(struct net *net, const struct tcpmig_tuple *t, int ifindex)
{
	if (tcpmig_tuple_is_ipv4(t))
		return __inet_lookup_established(COMPAT_LOOKUP_IN(net), tcpmig_tuple_raddr4(t), t->rport,
						 tcpmig_tuple_laddr4(t), ntohs(t->lport), ifindex, 0);
	return __inet6_lookup_established(COMPAT_LOOKUP_IN(net), tcpmig_tuple_raddr6(t), t->rport,
					  tcpmig_tuple_laddr6(t), ntohs(t->lport), ifindex, 0);
}

/* The sockets bound to a port; tb2 is a struct inet_bind2_bucket pointer. The bucket's lock is held. */
#if KERNEL_HAS(6, 8)
#define compat_for_each_port_owner(sk, tb2, tb) \
	hlist_for_each_entry(tb2, &(tb)->bhash2, bhash_node) \
		sk_for_each_bound(sk, &(tb2)->owners)
#else
#define compat_for_each_port_owner(sk, tb2, tb) \
	for (tb2 = NULL; !tb2; tb2 = ERR_PTR(-ENOENT)) \
		sk_for_each_bound(sk, &(tb)->owners)
#endif

static inline bool compat_has_ao(const struct tcp_sock *tp)
{
#if KERNEL_HAS(6, 7) && defined(CONFIG_TCP_AO)
	return rcu_access_pointer(tp->ao_info);
#else
	return false;
#endif
}

/* Timestamps in microseconds: 6.7. */
#if KERNEL_HAS(6, 7)
#define COMPAT_HAS_USEC_TS true
static inline bool compat_usec_ts(const struct tcp_sock *tp)
{
	return tp->tcp_usec_ts;
}

static inline void compat_set_usec_ts(struct tcp_sock *tp, bool usec)
{
	tp->tcp_usec_ts = usec;
}
#else
#define COMPAT_HAS_USEC_TS false
static inline bool compat_usec_ts(const struct tcp_sock *tp)
{
	return false;
}

static inline void compat_set_usec_ts(struct tcp_sock *tp, bool usec)
{
}
#endif

/* The share of payload in receive buffers as a field of the socket: 6.6. */
#if KERNEL_HAS(6, 6)
#define COMPAT_HAS_SCALING_RATIO true
static inline u8 compat_scaling_ratio(const struct tcp_sock *tp)
{
	return tp->scaling_ratio;
}

static inline void compat_set_scaling_ratio(struct tcp_sock *tp, u8 ratio)
{
	tp->scaling_ratio = ratio;
}
#else
#define COMPAT_HAS_SCALING_RATIO false
static inline u8 compat_scaling_ratio(const struct tcp_sock *tp)
{
	return 0;
}

static inline void compat_set_scaling_ratio(struct tcp_sock *tp, u8 ratio)
{
}
#endif

/* The right edge of the largest window announced: 7.2. */
#if KERNEL_HAS(7, 2)
#define COMPAT_HAS_MWND true
static inline u32 compat_mwnd_seq(const struct tcp_sock *tp)
{
	return tp->rcv_mwnd_seq;
}

static inline void compat_set_mwnd_seq(struct tcp_sock *tp, u32 seq)
{
	tp->rcv_mwnd_seq = seq;
}
#else
#define COMPAT_HAS_MWND false
static inline u32 compat_mwnd_seq(const struct tcp_sock *tp)
{
	return tp->rcv_wup + tp->rcv_wnd;
}

static inline void compat_set_mwnd_seq(struct tcp_sock *tp, u32 seq)
{
}
#endif

static inline unsigned long compat_timer_end(const struct sock *sk)
{
#if KERNEL_HAS(7, 0)
	return tcp_timeout_expires(sk);
#else
	return inet_csk(sk)->icsk_timeout;
#endif
}

static inline void compat_reset_xmit_timer(struct sock *sk, int what, unsigned long when)
{
	inet_csk_reset_xmit_timer(sk, what, when, TCP_RTO_MAX);
}

static inline struct timer_list *compat_keepalive_timer(struct sock *sk)
{
#if KERNEL_HAS(7, 0)
	return &inet_csk(sk)->icsk_keepalive_timer;
#else
	return &sk->sk_timer;
#endif
}

static inline void compat_send_ack(struct sock *sk)
{
#if KERNEL_HAS(6, 12)
	__tcp_send_ack(sk, tcp_sk(sk)->rcv_nxt, 0);
#else
	__tcp_send_ack(sk, tcp_sk(sk)->rcv_nxt);
#endif
}

/* 7.0: addresses of no stated size. */
#if KERNEL_HAS(7, 0)
#define COMPAT_SOCKADDR struct sockaddr_unsized
#else
#define COMPAT_SOCKADDR struct sockaddr
#endif

static inline int compat_bind(struct socket *sock, struct sockaddr_storage *a, int size)
{
	return kernel_bind(sock, (COMPAT_SOCKADDR *)a, size);
}

static inline int compat_connect(struct socket *sock, struct sockaddr_storage *a, int size, int flags)
{
	return kernel_connect(sock, (COMPAT_SOCKADDR *)a, size, flags);
}

/* What comes beside data and errors: flags of the socket from 6.6 (IPv4) and 6.8 (IPv6) on. */
static inline bool compat_recv_tos(const struct sock *sk)
{
#if KERNEL_HAS(6, 6)
	return inet_test_bit(TOS, sk);
#else
	return inet_sk(sk)->cmsg_flags & IP_CMSG_TOS;
#endif
}

static inline bool compat_recv_error(const struct sock *sk)
{
#if KERNEL_HAS(6, 6)
	return inet_test_bit(RECVERR, sk);
#else
	return inet_sk(sk)->recverr;
#endif
}

static inline bool compat_recv_error6(const struct sock *sk)
{
#if KERNEL_HAS(6, 8)
	return inet6_test_bit(RECVERR6, sk);
#else
	return inet6_sk(sk)->recverr;
#endif
}

/* Whether an IPv6 flow label is chosen by itself: flags of the socket from 6.8 on. */
static inline u8 compat_autoflowlabel(const struct sock *sk)
{
#if KERNEL_HAS(6, 8)
	return inet6_test_bit(AUTOFLOWLABEL, sk) | inet6_test_bit(AUTOFLOWLABEL_SET, sk) << 1;
#else
	return inet6_sk(sk)->autoflowlabel | inet6_sk(sk)->autoflowlabel_set << 1;
#endif
}

static inline void compat_set_autoflowlabel(struct sock *sk, u8 flags)
{
#if KERNEL_HAS(6, 8)
	inet6_assign_bit(AUTOFLOWLABEL, sk, flags & 1);
	inet6_assign_bit(AUTOFLOWLABEL_SET, sk, flags & 2);
#else
	inet6_sk(sk)->autoflowlabel = flags & 1;
	inet6_sk(sk)->autoflowlabel_set = flags >> 1;
#endif
}

/* Of a handshake: timestamps in microseconds from 6.7 on; from 6.15 on the acknowledgement's echo must be one that was
 * sent. Older kernels do not keep the first; it is taken from the age, of which each move loses up to 2 ms: the range
 * is wider by a second, which no echo of another connection is likely to meet.
 */
static inline bool compat_request_usec_ts(const struct tcp_request_sock *treq)
{
#if KERNEL_HAS(6, 7)
	return treq->req_usec_ts;
#else
	return false;
#endif
}

static inline void compat_set_request_stamps(struct tcp_request_sock *treq, bool usec, u32 tsval, u32 age_us)
{
#if KERNEL_HAS(6, 7)
	treq->req_usec_ts = usec;
#endif
#if KERNEL_HAS(6, 15)
	treq->snt_tsval_first = tsval - (usec ? age_us + USEC_PER_SEC : age_us / USEC_PER_MSEC + MSEC_PER_SEC);
	treq->snt_tsval_last = tsval;
#endif
}

#endif

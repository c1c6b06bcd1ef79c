// SPDX-License-Identifier: GPL-2.0-only
/* Socket options by field, both ways, and what TCP_INFO tells. The callers hold the socket's lock. */
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static u32 timeout_ms(long timeout)
{
	return timeout == MAX_SCHEDULE_TIMEOUT ? TCPMIG_NEVER : min_t(u32, jiffies_to_msecs(timeout), U32_MAX - 1);
}

static long timeout_jiffies(u32 ms)
{
	return ms == TCPMIG_NEVER ? MAX_SCHEDULE_TIMEOUT : (long)msecs_to_jiffies(ms);
}

static void read_socket_options(const struct sock *sk, struct tcpmig_state *s)
{
	s->rcvbuf = sk->sk_rcvbuf;
	s->sndbuf = sk->sk_sndbuf;
	s->buf_lock = sk->sk_userlocks & SOCK_BUF_LOCK_MASK;
	s->rcvlowat = max(sk->sk_rcvlowat, 1);
	s->rcvtimeo_ms = timeout_ms(sk->sk_rcvtimeo);
	s->sndtimeo_ms = timeout_ms(sk->sk_sndtimeo);
	s->priority = sk->sk_priority;
	s->mark = sk->sk_mark;
	s->reuse = !!sk->sk_reuse;
	s->reuseport = sk->sk_reuseport;
	s->keepalive = sock_flag(sk, SOCK_KEEPOPEN);
	s->oobinline = sock_flag(sk, SOCK_URGINLINE);
	s->linger = sock_flag(sk, SOCK_LINGER);
	s->linger_ms = timeout_ms(sk->sk_lingertime);
	s->tos = inet_sk(sk)->tos;
	s->rcv_tos = inet_sk(sk)->rcv_tos;
	s->ttl = inet_sk(sk)->uc_ttl < 0 ? 0 : inet_sk(sk)->uc_ttl;
	s->min_ttl = inet_sk(sk)->min_ttl;
	s->pmtudisc = inet_sk(sk)->pmtudisc;
	s->txhash = sk->sk_txhash;
}

static void read_tcp_options(const struct sock *sk, struct tcpmig_state *s)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	s->linger2_ms = tp->linger2 < 0 ? -1 : jiffies_to_msecs(tp->linger2);
	s->nonagle = tp->nonagle & 7;
	s->thin_lto = tp->thin_lto;
	s->inq = tp->recvmsg_inq;
	s->keepidle_ms = jiffies_to_msecs(tp->keepalive_time);
	s->keepintvl_ms = jiffies_to_msecs(tp->keepalive_intvl);
	s->keepcnt = tp->keepalive_probes;
	s->syncnt = icsk->icsk_syn_retries;
	s->user_timeout_ms = icsk->icsk_user_timeout;
	s->notsent_lowat = tp->notsent_lowat;
	s->bytes_sent = tp->bytes_sent;
	s->bytes_acked = tp->bytes_acked;
	s->bytes_received = tp->bytes_received;
	s->bytes_retrans = tp->bytes_retrans;
	s->segs_in = tp->segs_in;
	s->segs_out = tp->segs_out;
	s->total_retrans = tp->total_retrans;
}

static void set_socket_options(struct sock *sk, const struct tcpmig_state *s)
{
	sk->sk_rcvbuf = s->rcvbuf;
	sk->sk_sndbuf = s->sndbuf;
	sk->sk_userlocks |= s->buf_lock;
	sk->sk_rcvlowat = s->rcvlowat;
	sk->sk_rcvtimeo = timeout_jiffies(s->rcvtimeo_ms);
	sk->sk_sndtimeo = timeout_jiffies(s->sndtimeo_ms);
	sk->sk_reuse = s->reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	sock_valbool_flag(sk, SOCK_KEEPOPEN, s->keepalive);
	sock_valbool_flag(sk, SOCK_URGINLINE, s->oobinline);
	sock_valbool_flag(sk, SOCK_LINGER, s->linger);
	sk->sk_lingertime = timeout_jiffies(s->linger_ms);
	inet_sk(sk)->rcv_tos = s->rcv_tos;
	inet_sk(sk)->uc_ttl = s->ttl ?: -1;
	inet_sk(sk)->min_ttl = s->min_ttl;
	inet_sk(sk)->pmtudisc = s->pmtudisc;
	sk->sk_txhash = s->txhash;
}

static void set_tcp_options(struct sock *sk, const struct tcpmig_state *s)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	tp->linger2 = s->linger2_ms < 0 ? -1 : (int)msecs_to_jiffies(s->linger2_ms);
	tp->nonagle = s->nonagle;
	tp->thin_lto = s->thin_lto;
	tp->recvmsg_inq = s->inq;
	tp->keepalive_time = msecs_to_jiffies(s->keepidle_ms);
	tp->keepalive_intvl = msecs_to_jiffies(s->keepintvl_ms);
	tp->keepalive_probes = s->keepcnt;
	icsk->icsk_syn_retries = s->syncnt;
	icsk->icsk_user_timeout = s->user_timeout_ms;
	icsk->icsk_accept_queue.rskq_defer_accept = s->defer_accept;
	tp->save_syn = s->save_syn;
	tp->notsent_lowat = s->notsent_lowat;
	tp->bytes_sent = s->bytes_sent;
	/* Also bounds how old an acknowledgement may be (RFC 5961, 5.2). */
	tp->bytes_acked = s->bytes_acked;
	tp->bytes_received = s->bytes_received;
	tp->bytes_retrans = s->bytes_retrans;
	tp->segs_in = s->segs_in;
	tp->segs_out = s->segs_out;
	tp->total_retrans = s->total_retrans;
}

#define MESSAGE_TIMESTAMP   1
#define MESSAGE_TIMESTAMPNS 2
#define MESSAGE_TOS         4
#define MESSAGE_ERROR       8
#define MESSAGE_ERROR6      16

static u8 messages_of(const struct sock *sk)
{
	u8 stamps = !sock_flag(sk, SOCK_RCVTSTAMP) ? 0 :
		    sock_flag(sk, SOCK_RCVTSTAMPNS) ? MESSAGE_TIMESTAMPNS : MESSAGE_TIMESTAMP;

	return stamps | (compat_recv_tos(sk) ? MESSAGE_TOS : 0) | (compat_recv_error(sk) ? MESSAGE_ERROR : 0) |
	       (sk->sk_family == AF_INET6 && compat_recv_error6(sk) ? MESSAGE_ERROR6 : 0);
}

int tcpmig_messages_import(struct socket *sock, const struct tcpmig_state *s)
{
	sockptr_t on = KERNEL_SOCKPTR(&(int){ 1 });
	int err = 0;

	if (s->messages & (MESSAGE_TIMESTAMP | MESSAGE_TIMESTAMPNS))
		err = sock_setsockopt(sock, SOL_SOCKET, s->messages & MESSAGE_TIMESTAMP ? SO_TIMESTAMP_OLD :
				      SO_TIMESTAMPNS_OLD, on, sizeof(int));
	if (!err && s->messages & MESSAGE_TOS)
		err = sock->ops->setsockopt(sock, SOL_IP, IP_RECVTOS, on, sizeof(int));
	if (!err && s->messages & MESSAGE_ERROR)
		err = sock->ops->setsockopt(sock, SOL_IP, IP_RECVERR, on, sizeof(int));
	if (!err && s->messages & MESSAGE_ERROR6)
		err = sock->ops->setsockopt(sock, SOL_IPV6, IPV6_RECVERR, on, sizeof(int));
	return err;
}

static void read_ipv6_options(const struct sock *sk, struct tcpmig_state *s)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);

	s->has_v6 = sk->sk_family == AF_INET6;
	if (!s->has_v6)
		return;
	s->v6only = sk->sk_ipv6only;
	s->tclass = np->tclass;
	s->hop_limit = np->hop_limit < 0 ? 0 : np->hop_limit;
	s->min_hop_limit = np->min_hopcount;
	s->pmtudisc6 = np->pmtudisc;
	s->flow_label = np->flow_label;
	s->autoflowlabel = compat_autoflowlabel(sk);
}

/* V6ONLY and TCLASS are set before the connection has a route. */
static void set_ipv6_options(struct sock *sk, const struct tcpmig_state *s)
{
	struct ipv6_pinfo *np = inet6_sk(sk);

	np->hop_limit = s->hop_limit ?: -1;
	np->min_hopcount = s->min_hop_limit;
	np->pmtudisc = s->pmtudisc6;
	np->flow_label = s->flow_label;
	compat_set_autoflowlabel(sk, s->autoflowlabel);
}

void tcpmig_options_export(const struct sock *sk, struct tcpmig_state *s)
{
	read_socket_options(sk, s);
	read_tcp_options(sk, s);
	read_ipv6_options(sk, s);
	s->messages = messages_of(sk);
	s->defer_accept = inet_csk(sk)->icsk_accept_queue.rskq_defer_accept;
	s->save_syn = tcp_sk(sk)->save_syn;
}

void tcpmig_options_import(struct sock *sk, const struct tcpmig_state *s)
{
	set_socket_options(sk, s);
	set_tcp_options(sk, s);
	if (s->has_v6)
		set_ipv6_options(sk, s);
}

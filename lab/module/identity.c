// SPDX-License-Identifier: GPL-2.0-only
/* Who a fresh socket is: its ends, its place in the hash tables and its route, without a segment to the peer. */
#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netfilter.h>
#include <net/inet_common.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static void repair_begin(struct sock *sk, const struct tcpmig_state *s)
{
	struct tcp_sock *tp = tcp_sk(sk);

	lock_sock(sk);
	tp->repair = 1;
	tp->repair_queue = TCP_NO_QUEUE;
	sk->sk_reuse = SK_FORCE_REUSE;
	sk->sk_reuseport = s->reuseport;
	/* These choose the route. */
	sk->sk_priority = s->priority;
	sk->sk_mark = s->mark;
	inet_sk(sk)->tos = s->tos;
	if (s->has_v6) {
		sk->sk_ipv6only = s->v6only;
		inet6_sk(sk)->tclass = s->tclass;
	}
	tp->write_seq = s->snd_una;
	tp->rcv_nxt = s->copied_seq;
	tp->copied_seq = s->copied_seq;
	release_sock(sk);
}

/* As the socket's family writes it. */
int tcpmig_address_fill(struct sockaddr_storage *a, const struct tcpmig_state *s, const u8 *address, __be16 port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)a;
	struct sockaddr_in *in = (struct sockaddr_in *)a;

	memset(a, 0, sizeof(*a));
	a->ss_family = s->family;
	if (s->family == AF_INET6) {
		memcpy(&in6->sin6_addr, address, sizeof(in6->sin6_addr));
		in6->sin6_port = port;
		return sizeof(*in6);
	}
	memcpy(&in->sin_addr, address + 12, sizeof(in->sin_addr));
	in->sin_port = port;
	return sizeof(*in);
}

/* A connection that waits for its handshake is made by an ordinary connect, whose SYN goes nowhere: it was sent. */
static unsigned int drop_own_segments(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return skb->sk == priv ? NF_DROP : NF_ACCEPT;
}

static int connect_muted(struct socket *sock, const struct tcpmig_state *s, struct sockaddr_storage *remote, int size)
{
	struct nf_hook_ops mute = { .hook = drop_own_segments, .priv = sock->sk, .hooknum = NF_INET_LOCAL_OUT,
				    .pf = tcpmig_tuple_is_ipv4(&s->tuple) ? NFPROTO_IPV4 : NFPROTO_IPV6,
				    .priority = INT_MIN };
	struct net *net = sock_net(sock->sk);
	int err = nf_register_net_hook(net, &mute);

	if (err)
		return err;
	tcp_sk(sock->sk)->repair = 0;
	err = compat_connect(sock, remote, size, O_NONBLOCK);
	lock_sock(sock->sk);
	tcp_sk(sock->sk)->repair = 1;
	inet_csk(sock->sk)->icsk_pending = 0;
	release_sock(sock->sk);
	nf_unregister_net_hook(net, &mute);
	return err == -EINPROGRESS ? 0 : err ?: -EPROTO;
}

/* Finds the route again and enters both hash tables; the capture keeps segments away. */
static int enter_tables(struct socket *sock, const struct tcpmig_state *s, u32 *refusal)
{
	struct sockaddr_storage a;
	int err, size;

	size = tcpmig_address_fill(&a, s, s->tuple.laddr, s->tuple.lport);
	err = compat_bind(sock, &a, size);
	if (err == -EADDRINUSE)
		*refusal = TCPMIG_PORT_IN_USE;
	if (err == -EADDRNOTAVAIL)
		*refusal = TCPMIG_NO_ADDRESS;
	if (err)
		return err;
	size = tcpmig_address_fill(&a, s, s->tuple.raddr, s->tuple.rport);
	err = s->tcp_state == TCP_SYN_SENT ? connect_muted(sock, s, &a, size) : compat_connect(sock, &a, size, 0);
	if (err == -EADDRNOTAVAIL)
		*refusal = TCPMIG_TUPLE_IN_USE;
	return err;
}

/* A closed connection is in no table: its ends are only names, for getsockname and the like. */
static void name_ends(struct socket *sock, const struct tcpmig_state *s)
{
	struct inet_sock *inet = inet_sk(sock->sk);

	inet->inet_saddr = tcpmig_tuple_laddr4(&s->tuple);
	inet->inet_rcv_saddr = inet->inet_saddr;
	inet->inet_daddr = tcpmig_tuple_raddr4(&s->tuple);
	inet->inet_sport = s->tuple.lport;
	inet->inet_dport = s->tuple.rport;
	if (s->has_v6) {
		sock->sk->sk_v6_rcv_saddr = *tcpmig_tuple_laddr6(&s->tuple);
		inet6_sk(sock->sk)->saddr = *tcpmig_tuple_laddr6(&s->tuple);
		sock->sk->sk_v6_daddr = *tcpmig_tuple_raddr6(&s->tuple);
	}
	tcp_sk(sock->sk)->snd_una = s->snd_una;
	tcp_sk(sock->sk)->snd_nxt = s->snd_nxt;
	sock->state = SS_CONNECTED;
	tcpmig_tcp_state_store(sock->sk, TCP_ESTABLISHED);
}

int tcpmig_identify(struct socket *sock, const struct tcpmig_state *s, u32 *refusal)
{
	int err;

	repair_begin(sock->sk, s);
	err = sock->ops->setsockopt(sock, SOL_TCP, TCP_CONGESTION, KERNEL_SOCKPTR((void *)s->ca_name),
				    strlen(s->ca_name));
	if (err) {
		pr_notice_ratelimited("state: congestion control %s is not here\n", s->ca_name);
		*refusal = TCPMIG_BAD_STATE;
		return -EBADMSG;
	}
	err = tcpmig_messages_import(sock, s);
	if (err)
		return err;
	if (s->tcp_state != TCP_CLOSE)
		return enter_tables(sock, s, refusal);
	name_ends(sock, s);
	return 0;
}

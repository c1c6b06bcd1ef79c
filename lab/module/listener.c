// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listening socket. Frozen it still listens, but is in no table, so that no segment finds it; its capture keeps
 * those. Built it listens from the start: until ACTIVATE the capture keeps everything away that could be for it.
 */
#include <linux/rcupdate.h>
#include <net/sock_reuseport.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

/* Another one at the origin answers the same SYNs. */
static bool shares_port(const struct sock *sk)
{
	const struct sock_reuseport *group;
	bool shares;

	rcu_read_lock();
	group = rcu_dereference(sk->sk_reuseport_cb);
	shares = group && group->num_socks > 1;
	rcu_read_unlock();
	return shares;
}

static void state_read(struct sock *sk, struct tcpmig_state *s)
{
	s->version = TCPMIG_STATE_VERSION;
	tcpmig_sock_tuple(sk, &s->tuple);
	s->family = sk->sk_family;
	s->tcp_state = TCP_LISTEN;
	s->user_mss = tcp_sk(sk)->rx_opt.user_mss;
	s->window_clamp = tcp_sk(sk)->window_clamp;
	s->max_pacing_rate = sk->sk_max_pacing_rate;
	strscpy(s->ca_name, inet_csk(sk)->icsk_ca_ops->name, sizeof(s->ca_name));
	tcpmig_options_export(sk, s);
	s->backlog = min_t(u32, sk->sk_max_ack_backlog, S32_MAX);
	s->has_share = !shares_port(sk) && tcpmig_cluster_share(s->tuple.lport, &s->syn_share);
}

int tcpmig_listener_freeze(struct sock *sk, struct tcpmig_frozen *f)
{
	int err;

	state_read(sk, f->state);
	f->capture = tcpmig_capture_start(sock_net(sk), &f->state->tuple);
	if (IS_ERR(f->capture)) {
		err = PTR_ERR(f->capture);
		f->capture = NULL;
		return err;
	}
	sk->sk_prot->unhash(sk);
	/* Whoever has found it, or one of its handshakes, before is done. */
	synchronize_rcu_expedited();
	err = tcpmig_handshakes_freeze(sk, &f->handshakes);
	if (err)
		sk->sk_prot->hash(sk);
	f->tcp_state = TCP_LISTEN;
	return err;
}

void tcpmig_listener_thaw(struct sock *sk, struct tcpmig_frozen *f)
{
	lock_sock(sk);
	sk->sk_prot->hash(sk);
	tcpmig_handshakes_start(&f->handshakes);
	release_sock(sk);
	tcpmig_capture_release(f->capture, NULL);
}

/* In repair mode nothing is said, and there is nobody left to say it to. */
static void stop(struct sock *sk, struct tcpmig_handshakes *h)
{
	tcpmig_handshakes_drop(sk, h);
	tcpmig_handshakes_forget(h);
}

int tcpmig_listener_commit(struct sock *sk, struct tcpmig_frozen *f)
{
	if (!reqsk_queue_empty(&inet_csk(sk)->icsk_accept_queue))
		return -EBUSY;
	stop(sk, &f->handshakes);
	if (f->state->has_share)
		tcpmig_cluster_share_set(f->state->tuple.lport, 0);
	return 0;
}

static int options_set(struct socket *sock, const struct tcpmig_state *s)
{
	struct sock *sk = sock->sk;
	int err;

	err = sock->ops->setsockopt(sock, SOL_TCP, TCP_CONGESTION, KERNEL_SOCKPTR((void *)s->ca_name),
				    strlen(s->ca_name)) ?: tcpmig_messages_import(sock, s);
	if (err)
		return err;
	lock_sock(sk);
	sk->sk_priority = s->priority;
	sk->sk_mark = s->mark;
	sk->sk_reuseport = s->reuseport;
	inet_sk(sk)->tos = s->tos;
	if (s->has_v6) {
		sk->sk_ipv6only = s->v6only;
		inet6_sk(sk)->tclass = s->tclass;
	}
	tcpmig_options_import(sk, s);
	tcp_sk(sk)->rx_opt.user_mss = s->user_mss;
	tcp_sk(sk)->window_clamp = s->window_clamp;
	sk->sk_max_pacing_rate = s->max_pacing_rate;
	/* The connections that have come, and will, have the port too: what is in the way was looked for. */
	sk->sk_reuse = SK_FORCE_REUSE;
	release_sock(sk);
	return 0;
}

static int listen_at(struct socket *sock, const struct tcpmig_state *s)
{
	struct sockaddr_storage a;
	int size = tcpmig_address_fill(&a, s, s->tuple.laddr, s->tuple.lport);

	return compat_bind(sock, &a, size) ?: kernel_listen(sock, s->backlog);
}

int tcpmig_listener_build(struct socket *sock, struct tcpmig_built *built, u32 *refusal)
{
	const struct tcpmig_state *s = built->state;
	int err = options_set(sock, s);

	if (err) {
		*refusal = TCPMIG_BAD_STATE;
		return err == -ENOENT ? -EBADMSG : err;
	}
	*refusal = tcpmig_listener_refusal(sock_net(sock->sk), &s->tuple, s->reuseport, s->has_v6 && s->v6only);
	if (*refusal)
		return -EADDRINUSE;
	err = listen_at(sock, s);
	if (err == -EADDRINUSE)
		*refusal = TCPMIG_PORT_IN_USE;
	if (err == -EADDRNOTAVAIL)
		*refusal = TCPMIG_NO_ADDRESS;
	if (err)
		return err;
	sock->sk->sk_reuse = s->reuse ? SK_CAN_REUSE : SK_NO_REUSE;
	return tcpmig_handshakes_build(sock->sk, built, &built->handshakes);
}

void tcpmig_listener_activate(struct sock *sk, struct tcpmig_built *built, struct tcpmig_capture_queue *capture)
{
	const struct tcpmig_state *s = built->state;
	u32 share;

	if (s->has_share && tcpmig_cluster_share(s->tuple.lport, &share))
		tcpmig_cluster_share_set(s->tuple.lport, share | s->syn_share);
	tcpmig_handshakes_start(&built->handshakes);
	tcpmig_handshakes_forget(&built->handshakes);
	tcpmig_capture_release(capture, NULL);
	tcpmig_count(activated);
}

void tcpmig_listener_discard(struct sock *sk, struct tcpmig_built *built)
{
	stop(sk, &built->handshakes);
}

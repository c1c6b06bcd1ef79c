// SPDX-License-Identifier: GPL-2.0-only
/* Closes, and forgets what there was: the peer finds a window of one segment afterwards. */
#include <net/tcp.h>

#include "module.h"

void tcpmig_window_close(struct sock *sk, struct tcpmig_window *w)
{
	struct tcp_sock *tp = tcp_sk(sk);

	lock_sock(sk);
	if (!w->closed && sk->sk_state != TCP_CLOSE) {
		*w = (struct tcpmig_window){ .closed = true, .clamp = 4096, .ssthresh = 4096 };
		tp->window_clamp = 0;
		tp->rcv_ssthresh = 0;
		tp->rcv_wnd = tp->rcv_nxt - tp->rcv_wup;
		tp->pred_flags = 0;
	}
	release_sock(sk);
	tcpmig_kick(sk);
}

void tcpmig_window_restore(struct sock *sk, struct tcpmig_window *w)
{
	if (w->closed) {
		tcp_sk(sk)->window_clamp = w->clamp;
		tcp_sk(sk)->rcv_ssthresh = w->ssthresh;
	}
	w->closed = false;
}

void tcpmig_window_open(struct sock *sk, struct tcpmig_window *w)
{
	lock_sock(sk);
	tcpmig_window_restore(sk, w);
	release_sock(sk);
	tcpmig_kick(sk);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * WINDOW: a window of zero makes the peer pause while a connection is taken, and it asks for more by itself afterwards
 * (Laadan, network migration). The kernel never takes back a window that it has announced (tcp_select_window); so what
 * was announced is forgotten here, and with a clamp of zero the next acknowledgement announces none.
 */
#include <net/tcp.h>

#include "module.h"

void tcpmig_window_close(struct sock *sk, struct tcpmig_window *w)
{
	struct tcp_sock *tp = tcp_sk(sk);

	lock_sock(sk);
	if (!w->closed && sk->sk_state != TCP_CLOSE) {
		*w = (struct tcpmig_window){ .closed = true, .clamp = tp->window_clamp, .ssthresh = tp->rcv_ssthresh };
		tp->window_clamp = 0;
		tp->rcv_ssthresh = 0;
		tp->rcv_wnd = tp->rcv_nxt - tp->rcv_wup;
		tp->pred_flags = 0;
	}
	release_sock(sk);
	tcpmig_kick(sk);
}

/* The caller holds the socket's lock. */
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

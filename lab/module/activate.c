// SPDX-License-Identifier: GPL-2.0-only
/* A connection begins to talk again: on the destination (TCPmig 4.2), or on the origin after an abort. */
#include <net/tcp.h>

#include "module.h"
#include "state.h"

/* What tcp_mstamp_refresh does: a segment's timestamp comes from these, and they stood still. */
static void clock_refresh(struct tcp_sock *tp)
{
	u64 now = tcp_clock_ns();

	tp->tcp_clock_cache = now;
	tp->tcp_mstamp = div_u64(now, NSEC_PER_USEC);
}

static unsigned long left(u32 ms)
{
	return max(msecs_to_jiffies(ms), 1ul);
}

/* One timer serves for retransmission, loss probe, reordering (only with data sent) and window probe (only without). */
static void transmit_timer_start(struct sock *sk, const struct tcpmig_state *s)
{
	bool probe = s->timer == ICSK_TIME_PROBE0;

	if (tcp_sk(sk)->packets_out)
		compat_reset_xmit_timer(sk, probe || !s->timer ? ICSK_TIME_RETRANS : s->timer,
					left(probe || !s->timer ? s->rto_ms : s->timer_left_ms));
	else if (!skb_queue_empty(&sk->sk_write_queue))
		compat_reset_xmit_timer(sk, ICSK_TIME_PROBE0, left(probe ? s->timer_left_ms : s->rto_ms));
}

void tcpmig_timers_start(struct sock *sk, const struct tcpmig_state *s)
{
	transmit_timer_start(sk, s);
	/* Also the end of FIN_WAIT2 of a connection that no program has. */
	if (s->keepalive_left_ms != TCPMIG_NEVER)
		sk_reset_timer(sk, compat_keepalive_timer(sk), jiffies + left(s->keepalive_left_ms));
}

/* The deferred transmit flag is how the stack itself asks for a push at the end of release_sock. */
void tcpmig_kick(struct sock *sk)
{
	lock_sock(sk);
	/* Before the handshake there is nothing to acknowledge. */
	if (BIT(sk->sk_state) & ~(TCPF_CLOSE | TCPF_SYN_SENT)) {
		clock_refresh(tcp_sk(sk));
		compat_send_ack(sk);
		if (!test_and_set_bit(TCP_TSQ_DEFERRED, &sk->sk_tsq_flags))
			sock_hold(sk);
	}
	release_sock(sk);
}

void tcpmig_activate(struct sock *sk, const struct tcpmig_built *built, struct tcpmig_capture_queue *capture)
{
	bool closed = built->state->tcp_state == TCP_CLOSE;

	lock_sock(sk);
	tcp_sk(sk)->repair = 0;
	tcpmig_count(activated);
	if (closed) {
		release_sock(sk);
		return;
	}
	clock_refresh(tcp_sk(sk));
	tcpmig_timers_start(sk, built->state);
	release_sock(sk);
	tcpmig_capture_release(capture, sk);
	tcpmig_kick(sk);
}

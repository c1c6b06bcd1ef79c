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

void tcpmig_timers_start(struct sock *sk, const struct tcpmig_state *s)
{
	if (tcp_sk(sk)->packets_out)
		compat_reset_xmit_timer(sk, ICSK_TIME_RETRANS, left(s->timer_left_ms));
	else if (!skb_queue_empty(&sk->sk_write_queue))
		compat_reset_xmit_timer(sk, ICSK_TIME_PROBE0,
					left(s->timer == ICSK_TIME_PROBE0 ? s->timer_left_ms : s->rto_ms));
	if (sock_flag(sk, SOCK_KEEPOPEN) && s->keepalive_left_ms != TCPMIG_NEVER)
		sk_reset_timer(sk, compat_keepalive_timer(sk), jiffies + left(s->keepalive_left_ms));
}

/* The deferred transmit flag is how the stack itself asks for a push at the end of release_sock. */
void tcpmig_kick(struct sock *sk)
{
	lock_sock(sk);
	if (sk->sk_state != TCP_CLOSE) {
		clock_refresh(tcp_sk(sk));
		compat_send_ack(sk);
		if (!test_and_set_bit(TCP_TSQ_DEFERRED, &sk->sk_tsq_flags))
			sock_hold(sk);
	}
	release_sock(sk);
}

void tcpmig_activate(struct sock *sk, const struct tcpmig_built *built, struct tcpmig_capture_queue *capture)
{
	lock_sock(sk);
	tcp_sk(sk)->repair = 0;
	clock_refresh(tcp_sk(sk));
	tcpmig_timers_start(sk, built->state);
	tcpmig_ofo_import(sk, built->state, built->data, built->size);
	release_sock(sk);
	tcpmig_capture_release(capture, sk);
	tcpmig_kick(sk);
	tcpmig_count(activated);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The destination's side (TCPmig 4.2): a fresh socket takes over the state. The kernel's repair mode gives it its
 * place (identity.c) and its queues without a segment to the peer; the rest is set by field.
 * All that comes from the wire was judged in state.c and queue.c before it gets here.
 */
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

/* While queues are filled their limits are out of the way. */
#define BUILD_BUFFER (1 << 30)

static void set_options(struct sock *sk, const struct tcpmig_state *s)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_options_received *rx = &tp->rx_opt;

	rx->wscale_ok = s->wscale_ok;
	rx->snd_wscale = s->snd_wscale;
	rx->rcv_wscale = s->rcv_wscale;
	rx->tstamp_ok = s->tstamp_ok;
	rx->mss_clamp = s->mss_clamp;
	rx->user_mss = s->user_mss;
	rx->ts_recent = s->ts_recent;
	rx->ts_recent_stamp = s->ts_recent_age_s == TCPMIG_NEVER ? 0 :
			      max_t(s64, ktime_get_seconds() - s->ts_recent_age_s, 1);
	rx->rcv_tsval = s->rcv_tsval;
	rx->rcv_tsecr = s->rcv_tsecr;
	if (s->tcp_state != TCP_SYN_SENT)
		tp->tcp_header_len = sizeof(struct tcphdr) + (s->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0);
	tp->advmss = s->advmss;
	tp->max_window = s->max_window;
	icsk->icsk_mtup.search_high = s->mss_clamp + sizeof(struct tcphdr) + icsk->icsk_af_ops->net_header_len;
	icsk->icsk_mtup.enabled = 0;
	/* What connecting took from the route; the route itself may be gone by now, and in CLOSE there is none. */
	if (s->tcp_state == TCP_CLOSE)
		tp->mss_cache = s->mss_cache;
	else
		icsk->icsk_sync_mss(sk, icsk->icsk_pmtu_cookie);
}

/* The FIN that ended the receive queue: on its last buffer, in one of its own, or if it is read only a number. */
static int receive_fin(struct sock *sk, const struct tcpmig_state *s)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	struct tcp_sock *tp = tcp_sk(sk);
	bool unread = tp->rcv_nxt != s->rcv_nxt;

	if (tail && unread) {
		TCP_SKB_CB(tail)->tcp_flags |= TCPHDR_FIN;
		TCP_SKB_CB(tail)->end_seq++;
	}
	tp->rcv_nxt = s->rcv_nxt;
	return !tail && unread ? tcpmig_fin_import(sk, s->rcv_nxt - 1) : 0;
}

/* Repair mode puts bytes, and a FIN, into the retransmit queue without sending. */
static int fill_retransmit_queue(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcpmig_state *s = built->state;
	int err;

	tcp_sk(sk)->repair_queue = TCP_SEND_QUEUE;
	err = tcpmig_queue_import(sk, TCPMIG_A_RTX_DATA, built->data, built->size);
	if (!err && tcpmig_has_our_fin(s) && s->snd_nxt == s->write_seq)
		sk->sk_prot->shutdown(sk, SEND_SHUTDOWN);
	return err;
}

/* What is not sent yet meets a window of zero. */
static int fill_write_queue(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcpmig_state *s = built->state;
	struct tcp_sock *tp = tcp_sk(sk);
	int err;

	tp->repair = 0;
	tp->snd_wnd = 0;
	tp->nonagle = TCP_NAGLE_OFF;
	err = tcpmig_queue_import(sk, TCPMIG_A_WRITE_DATA, built->data, built->size);
	if (!err && tcpmig_has_our_fin(s) && s->snd_nxt != s->write_seq)
		sk->sk_prot->shutdown(sk, SEND_SHUTDOWN);
	tp->repair = 1;
	tp->repair_queue = TCP_NO_QUEUE;
	return err;
}

static int fill_queues(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcpmig_state *s = built->state;
	struct tcp_sock *tp = tcp_sk(sk);
	int err;

	sk->sk_sndbuf = BUILD_BUFFER;
	sk->sk_rcvbuf = BUILD_BUFFER;
	inet_csk(sk)->icsk_rto = TCP_RTO_MAX;
	tp->repair_queue = TCP_RECV_QUEUE;
	err = tcpmig_queue_import(sk, TCPMIG_A_RCV_DATA, built->data, built->size) ?: receive_fin(sk, s);
	if (err)
		return err;
	if (s->tcp_state == TCP_CLOSE)
		return 0;
	err = fill_retransmit_queue(sk, built);
	if (err)
		return err;
	if (tp->snd_nxt != s->snd_nxt)
		return -EPROTO;
	err = fill_write_queue(sk, built) ?: tcpmig_ofo_import(sk, built->data, built->size);
	return err ?: tp->snd_nxt != s->snd_nxt || tp->write_seq != s->write_seq ? -EPROTO : 0;
}

static void set_windows(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	tp->snd_wl1 = s->snd_wl1;
	tp->snd_wnd = s->snd_wnd;
	tp->max_window = s->max_window;
	tp->rcv_wup = s->rcv_wup;
	tp->rcv_wnd = s->rcv_wnd;
	tp->rcv_ssthresh = s->rcv_ssthresh;
	tp->window_clamp = s->window_clamp;
	tp->rcvq_space.space = s->rcvq_space;
	tp->rcvq_space.seq = s->rcvq_seq;
	tp->rcvq_space.time = stamp_from_age_us(s->rcvq_age_us);
	tp->rcv_rtt_est.rtt_us = s->rcv_rtt_us;
	tp->rcv_rtt_est.seq = s->rcv_rtt_seq;
	tp->rcv_rtt_est.time = stamp_from_age_us_or_never(s->rcv_rtt_age_us);
	tp->rcv_rtt_last_tsecr = s->rcv_rtt_tsecr;
	if (s->has_scaling_ratio)
		compat_set_scaling_ratio(tp, s->scaling_ratio);
	compat_set_mwnd_seq(tp, s->has_mwnd ? s->rcv_mwnd_seq : s->rcv_wup + s->rcv_wnd);
	tp->snd_sml = s->snd_sml;
	tp->pushed_seq = s->pushed_seq;
	tp->snd_up = s->snd_up;
	tp->urg_data = s->urg_data;
	tp->urg_seq = s->urg_seq;
	tp->ecn_flags = s->ecn_flags;
	tp->pred_flags = 0;
}

static void set_round_trip(struct sock *sk, const struct tcpmig_state *s)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	tp->lsndtime = stamp_from_age_ms(s->lsnd_age_ms);
	icsk->icsk_ack.lrcvtime = stamp_from_age_ms(s->lrcv_age_ms);
	tp->rcv_tstamp = stamp_from_age_ms(s->ack_age_ms);
	tp->srtt_us = s->srtt_us;
	tp->mdev_us = s->mdev_us;
	tp->mdev_max_us = s->mdev_max_us;
	tp->rttvar_us = s->rttvar_us;
	tp->rtt_seq = s->rtt_seq;
	minmax_reset(&tp->rtt_min, tcp_jiffies32, s->rtt_min_us);
	icsk->icsk_rto = msecs_to_jiffies(s->rto_ms);
	icsk->icsk_rto_min = msecs_to_jiffies(s->rto_min_ms);
	icsk->icsk_delack_max = msecs_to_jiffies(s->delack_max_ms);
	icsk->icsk_backoff = s->backoff;
	icsk->icsk_retransmits = s->retransmits;
	icsk->icsk_probes_out = s->probes_out;
	icsk->icsk_probes_tstamp = s->probes_age_ms == TCPMIG_NEVER ? 0 : stamp_from_age_ms(s->probes_age_ms) ?: 1;
	icsk->icsk_mtup.enabled = s->mtu_probing;
	tp->rx_opt.sack_ok = s->sack_ok;
}

/* No timer runs before ACTIVATE: whatever filling the queues has started is forgotten. */
static void set_acknowledgement(struct inet_connection_sock *icsk, const struct tcpmig_state *s)
{
	icsk->icsk_pending = 0;
	icsk->icsk_ack.pending = 0;
	icsk->icsk_ack.quick = s->ack_quick;
	icsk->icsk_ack.pingpong = s->ack_pingpong;
	icsk->icsk_ack.ato = min_t(unsigned long, msecs_to_jiffies(s->ack_ato_ms), TCP_DELACK_MAX);
	icsk->icsk_ack.last_seg_size = s->ack_last_seg;
	icsk->icsk_ack.rcv_mss = s->ack_rcv_mss;
}

/* Of a handshake that the peer has not answered there is only the SYN, which connect made. */
static int take_over_queues(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcpmig_state *s = built->state;

	if (s->tcp_state != TCP_SYN_SENT)
		return fill_queues(sk, built);
	return tp->snd_una == s->snd_una && tp->snd_nxt == s->snd_nxt ? 0 : -EPROTO;
}

static void set_end(struct sock *sk, const struct tcpmig_state *s)
{
	sk->sk_shutdown = s->shutdown;
	sock_valbool_flag(sk, SOCK_DONE, s->done);
	sk->sk_err = s->error;
	tcpmig_tcp_state_store(sk, s->tcp_state);
}

/* The socket's lock is held all the time, so no timer and no segment gets between. */
static int take_over(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcpmig_state *s = built->state;
	int err;

	set_options(sk, s);
	tcpmig_timestamps_import(tcp_sk(sk), s);
	err = take_over_queues(sk, built);
	set_acknowledgement(inet_csk(sk), s);
	if (err)
		return err;
	set_windows(tcp_sk(sk), s);
	set_round_trip(sk, s);
	tcpmig_options_import(sk, s);
	tcpmig_congestion_import(sk, s);
	tcpmig_recovery_import(sk, built);
	tcpmig_sacks_import(tcp_sk(sk), s);
	if (s->saved_syn)
		tcp_sk(sk)->saved_syn = tcpmig_saved_syn_make(s->saved_syn);
	set_end(sk, s);
	return 0;
}

int tcpmig_build(struct socket *sock, struct tcpmig_built *built, u32 *refusal)
{
	int err;

	if (built->state->tcp_state == TCP_LISTEN)
		return tcpmig_listener_build(sock, built, refusal);
	err = tcpmig_identify(sock, built->state, refusal);
	if (err)
		return err;
	lock_sock(sock->sk);
	err = take_over(sock->sk, built);
	release_sock(sock->sk);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The origin's side (TCPmig 4.1): freeze, read, and at the end either commit or thaw. */
#include <net/inet_common.h>
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

static void read_sequences(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->rcv_nxt = tp->rcv_nxt;
	s->copied_seq = IS_ENABLED(TCPMIG_BREAK_QUEUE) ? tp->rcv_nxt : tp->copied_seq;
	s->rcv_wup = tp->rcv_wup;
	s->snd_una = tp->snd_una;
	s->snd_nxt = tp->snd_nxt;
	s->write_seq = tp->write_seq;
	s->snd_sml = tp->snd_sml;
	s->pushed_seq = tp->pushed_seq;
	s->snd_up = tp->snd_up;
	s->urg_data = tp->urg_data;
	s->urg_seq = tp->urg_seq;
}

/* What a reset or a time-out threw away was counted all the same. */
static void forget_unsent(struct tcpmig_state *s)
{
	s->snd_nxt = s->snd_una;
	s->write_seq = s->snd_una;
	s->pushed_seq = s->snd_una;
	s->snd_up = s->snd_una;
}

static void read_identity(const struct sock *sk, struct tcpmig_state *s)
{
	tcpmig_sock_tuple(sk, &s->tuple);
	s->family = sk->sk_family;
	s->tcp_state = sk->sk_state;
	s->orphan = sock_flag(sk, SOCK_DEAD);
	s->shutdown = sk->sk_shutdown;
	s->done = sock_flag(sk, SOCK_DONE);
	s->error = sk->sk_err;
}

static void read_windows(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->snd_wl1 = tp->snd_wl1;
	s->snd_wnd = tp->snd_wnd;
	s->max_window = max(tp->max_window, tp->snd_wnd);
	s->rcv_wnd = tp->rcv_wnd;
	s->rcv_ssthresh = tp->rcv_ssthresh;
	s->window_clamp = tp->window_clamp;
	s->rcvq_space = max_t(u32, tp->rcvq_space.space, 1);
	s->rcvq_seq = tp->rcvq_space.seq;
	s->rcvq_age_us = stamp_age_us(tp->rcvq_space.time);
	s->rcv_rtt_us = tp->rcv_rtt_est.rtt_us;
	s->rcv_rtt_seq = tp->rcv_rtt_est.seq;
	s->rcv_rtt_age_us = stamp_age_us_or_never(tp->rcv_rtt_est.time);
	s->has_scaling_ratio = COMPAT_HAS_SCALING_RATIO;
	s->scaling_ratio = compat_scaling_ratio(tp);
	s->has_mwnd = COMPAT_HAS_MWND;
	s->rcv_mwnd_seq = compat_mwnd_seq(tp);
}

static void read_options(const struct sock *sk, struct tcpmig_state *s)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_options_received *rx = &tp->rx_opt;

	s->wscale_ok = rx->wscale_ok;
	s->snd_wscale = rx->snd_wscale;
	s->rcv_wscale = rx->rcv_wscale;
	s->sack_ok = rx->sack_ok;
	s->tstamp_ok = rx->tstamp_ok;
	s->mss_clamp = rx->mss_clamp;
	s->advmss = tp->advmss;
	s->user_mss = rx->user_mss;
	s->mss_cache = clamp_t(u32, tp->mss_cache, 1, U16_MAX);
	s->mtu_probing = inet_csk(sk)->icsk_mtup.enabled;
	s->ecn_flags = tp->ecn_flags & 15;
	tcpmig_timestamps_export(tp, s);
	s->ts_recent = rx->ts_recent;
	s->ts_recent_age_s = rx->ts_recent_stamp ? (u32)ktime_get_seconds() - rx->ts_recent_stamp : TCPMIG_NEVER;
	s->rcv_tsval = rx->rcv_tsval;
	s->rcv_tsecr = rx->rcv_tsecr;
	s->rcv_rtt_tsecr = tp->rcv_rtt_last_tsecr;
}

static void read_round_trip(const struct sock *sk, struct tcpmig_state *s)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	s->lsnd_age_ms = stamp_age_ms(tp->lsndtime);
	s->lrcv_age_ms = stamp_age_ms(icsk->icsk_ack.lrcvtime);
	s->ack_age_ms = stamp_age_ms(tp->rcv_tstamp);
	s->srtt_us = tp->srtt_us;
	s->mdev_us = tp->mdev_us;
	s->mdev_max_us = tp->mdev_max_us;
	s->rttvar_us = tp->rttvar_us;
	s->rtt_seq = tp->rtt_seq;
	s->rtt_min_us = minmax_get(&tp->rtt_min);
	s->rto_ms = max(jiffies_to_msecs(icsk->icsk_rto), 1u);
	s->rto_min_ms = max(jiffies_to_msecs(icsk->icsk_rto_min), 1u);
	s->delack_max_ms = max(jiffies_to_msecs(icsk->icsk_delack_max), 1u);
	s->backoff = icsk->icsk_backoff;
	s->retransmits = icsk->icsk_retransmits;
}

static void read_timers(struct sock *sk, struct tcpmig_state *s)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct timer_list *keepalive = compat_keepalive_timer(sk);

	s->timer = icsk->icsk_pending;
	s->timer_left_ms = s->timer ? stamp_left_ms(compat_timer_end(sk)) : 0;
	s->probes_out = icsk->icsk_probes_out;
	s->probes_age_ms = icsk->icsk_probes_tstamp ? stamp_age_ms(icsk->icsk_probes_tstamp) : TCPMIG_NEVER;
	s->keepalive_left_ms = timer_pending(keepalive) ? stamp_left_ms(keepalive->expires) : TCPMIG_NEVER;
	s->ack_quick = icsk->icsk_ack.quick;
	s->ack_pingpong = icsk->icsk_ack.pingpong;
	s->ack_ato_ms = min(jiffies_to_msecs(icsk->icsk_ack.ato), 1000u);
	s->ack_last_seg = icsk->icsk_ack.last_seg_size;
	s->ack_rcv_mss = max_t(u16, icsk->icsk_ack.rcv_mss, TCP_MIN_MSS);
}

/* The caller holds the socket's lock. */
static void read_state(struct sock *sk, struct tcpmig_state *s)
{
	s->version = TCPMIG_STATE_VERSION;
	s->frozen_us = stamp_now_us();
	read_identity(sk, s);
	read_sequences(tcp_sk(sk), s);
	if (sk->sk_state == TCP_CLOSE)
		forget_unsent(s);
	read_windows(tcp_sk(sk), s);
	read_options(sk, s);
	read_round_trip(sk, s);
	read_timers(sk, s);
	tcpmig_options_export(sk, s);
	tcpmig_congestion_export(sk, s);
	tcpmig_recovery_export(sk, s);
	tcpmig_queues_measure(sk, &s->bytes);
}

/*
 * Under the socket's lock, and with it again at the end. What arrived while it was held is worked off in between, as
 * no segment finds the socket any more; then state CLOSE makes timers, the transmit tasklet and late segments leave
 * it alone.
 */
static int unhash_and_drain(struct sock *sk)
{
	sk->sk_prot->unhash(sk);
	release_sock(sk);
	lock_sock(sk);
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	if (tcpmig_sock_movable(sk))
		return 0;
	sk->sk_prot->hash(sk);
	return -ENOTCONN;
}

static int leave_wire(struct sock *sk, struct tcpmig_frozen *f)
{
	struct tcpmig_tuple tuple;
	int err;

	tcpmig_sock_tuple(sk, &tuple);
	f->capture = tcpmig_capture_start(sock_net(sk), &tuple);
	if (!IS_ERR(f->capture))
		return unhash_and_drain(sk);
	err = PTR_ERR(f->capture);
	f->capture = NULL;
	return err;
}

static int freeze_locked(struct sock *sk, struct tcpmig_frozen *f, struct tcpmig_window *window)
{
	int err = 0;

	if (!tcpmig_claim(f, sk))
		return -EBUSY;
	if (!tcpmig_sock_movable(sk))
		return -ENOTCONN;
	if (tcpmig_sock_refusal(sk))
		return -EOPNOTSUPP;
	if (sk->sk_state == TCP_LISTEN)
		return tcpmig_listener_freeze(sk, f);
	if (sk->sk_state != TCP_CLOSE)
		err = leave_wire(sk, f);
	if (err)
		return err;
	/* Nobody hears of the window until the connection talks again. */
	tcpmig_window_restore(sk, window);
	read_state(sk, f->state);
	f->tcp_state = sk->sk_state;
	tcpmig_tcp_state_store(sk, TCP_CLOSE);
	return 0;
}

int tcpmig_freeze(struct sock *sk, struct tcpmig_frozen *f, struct tcpmig_window *window)
{
	int err;

	f->state = kzalloc(sizeof(*f->state), GFP_KERNEL_ACCOUNT);
	if (!f->state)
		return -ENOMEM;
	lock_sock(sk);
	err = freeze_locked(sk, f, window);
	release_sock(sk);
	if (err) {
		tcpmig_unclaim(f);
		tcpmig_capture_free(f->capture);
		f->capture = NULL;
		kfree(f->state);
		f->state = NULL;
		return err;
	}
	tcpmig_count(frozen);
	return 0;
}

int tcpmig_encode(struct sock *sk, const struct tcpmig_frozen *f, struct tcpmig_writer *w)
{
	int err;

	w->now_us = f->state->frozen_us;
	lock_sock(sk);
	err = tcpmig_state_encode(w, f->state) ?: tcpmig_queues_encode(w, sk) ?:
	      tcpmig_saved_syn_encode(w, tcp_sk(sk)->saved_syn) ?: tcpmig_handshakes_encode(w, &f->handshakes);
	release_sock(sk);
	return err;
}

static void frozen_free(struct tcpmig_frozen *f)
{
	tcpmig_unclaim(f);
	tcpmig_capture_free(f->capture);
	tcpmig_handshakes_forget(&f->handshakes);
	kfree(f->state);
	*f = (struct tcpmig_frozen){};
}

/* In repair mode this is silent. Behind it the descriptors report ECONNABORTED, and repair mode would say EPERM. */
static void destroy_locked(struct sock *sk)
{
	tcp_sk(sk)->repair = 1;
	sk->sk_userlocks &= ~SOCK_BINDPORT_LOCK;
	sk->sk_prot->disconnect(sk, 0);
	tcp_sk(sk)->repair = 0;
}

void tcpmig_destroy(struct sock *sk)
{
	lock_sock(sk);
	destroy_locked(sk);
	release_sock(sk);
}

/* Under one lock from the old state to the end: no timer gets between, and so nothing is sent. */
int tcpmig_commit(struct sock *sk, struct tcpmig_frozen *f)
{
	int err = 0;

	lock_sock(sk);
	tcpmig_tcp_state_store(sk, f->tcp_state);
	if (f->tcp_state == TCP_LISTEN)
		err = tcpmig_listener_commit(sk, f);
	if (f->state->orphan)
		tcpmig_orphan_destroy(sk, f->state);
	else if (!err)
		destroy_locked(sk);
	release_sock(sk);
	if (err)
		return err;
	frozen_free(f);
	tcpmig_count(committed);
	return 0;
}

/* The rest of it is the last close's. */
void tcpmig_commit_later(struct sock *sk, struct tcpmig_frozen *f)
{
	lock_sock(sk);
	tcpmig_handshakes_drop(sk, &f->handshakes);
	release_sock(sk);
	frozen_free(f);
	tcpmig_count(committed);
}

static void thaw_connection(struct sock *sk, struct tcpmig_frozen *f)
{
	lock_sock(sk);
	tcpmig_tcp_state_store(sk, f->tcp_state);
	if (f->tcp_state != TCP_CLOSE) {
		sk->sk_prot->hash(sk);
		tcpmig_timers_start(sk, f->state);
	}
	release_sock(sk);
	if (f->capture) {
		tcpmig_capture_release(f->capture, sk);
		tcpmig_kick(sk);
	}
}

void tcpmig_thaw(struct sock *sk, struct tcpmig_frozen *f)
{
	if (f->tcp_state == TCP_LISTEN)
		tcpmig_listener_thaw(sk, f);
	else
		thaw_connection(sk, f);
	frozen_free(f);
	tcpmig_count(aborted);
}

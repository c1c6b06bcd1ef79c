// SPDX-License-Identifier: GPL-2.0-only
/*
 * Congestion control: what all algorithms share, and CUBIC's own state; BBR's is in bbr.c. Others begin anew from cwnd
 * and ssthresh.
 */
#include <net/tcp.h>

#include "module.h"
#include "state.h"
#include "stamp.h"

/*
 * The private state of net/ipv4/tcp_cubic.c, the same from 6.1 to 7.3; it is in no header. If it ever grows or
 * shrinks, the module of that kernel is not in this list of sizes and CUBIC begins anew.
 */
struct cubic {
	u32 cnt, last_max_cwnd, last_cwnd, last_time, bic_origin_point, bic_k, delay_min, epoch_start, ack_cnt;
	u32 tcp_cwnd;
	u16 unused;
	u8 sample_cnt, found;
	u32 round_start, end_seq, last_ack, curr_rtt;
};
static_assert(sizeof(struct cubic) == 60 && sizeof(struct cubic) <= ICSK_CA_PRIV_SIZE);

bool tcpmig_is_cubic(const struct sock *sk)
{
	return !strcmp(inet_csk(sk)->icsk_ca_ops->name, "cubic");
}

/* CUBIC's clocks within a round are microseconds, 32 bits wide. */
static u32 now_us(void)
{
	return div_u64(tcp_clock_ns(), NSEC_PER_USEC);
}

static void cubic_export(const struct sock *sk, struct tcpmig_cubic_state *s)
{
	const struct cubic *c = inet_csk_ca(sk);

	*s = (struct tcpmig_cubic_state){
		.cnt = c->cnt, .last_max = c->last_max_cwnd, .last_cwnd = c->last_cwnd, .origin = c->bic_origin_point,
		.k = c->bic_k, .delay_min_us = c->delay_min, .tcp_cwnd = c->tcp_cwnd,
		.ack_cnt = min(c->ack_cnt, TCPMIG_CUBIC_ACKS_MAX),
		.last_age_ms = c->last_time ? stamp_age_ms(c->last_time) : TCPMIG_NEVER,
		.epoch_age_ms = c->epoch_start ? stamp_age_ms(c->epoch_start) : TCPMIG_NEVER,
		.samples = c->sample_cnt, .found = c->found, .round_age_us = now_us() - c->round_start,
		.end_seq = c->end_seq, .ack_age_us = now_us() - c->last_ack, .curr_rtt_us = c->curr_rtt,
	};
}

static void cubic_import(struct sock *sk, const struct tcpmig_cubic_state *s)
{
	struct cubic *c = inet_csk_ca(sk);

	*c = (struct cubic){
		.cnt = s->cnt, .last_max_cwnd = s->last_max, .last_cwnd = s->last_cwnd, .bic_origin_point = s->origin,
		.bic_k = s->k, .delay_min = s->delay_min_us, .ack_cnt = s->ack_cnt, .tcp_cwnd = s->tcp_cwnd,
		.last_time = s->last_age_ms == TCPMIG_NEVER ? 0 : stamp_from_age_ms(s->last_age_ms),
		.epoch_start = s->epoch_age_ms == TCPMIG_NEVER ? 0 : stamp_from_age_ms(s->epoch_age_ms),
		.sample_cnt = s->samples, .found = s->found, .round_start = now_us() - s->round_age_us,
		.end_seq = s->end_seq, .last_ack = now_us() - s->ack_age_us, .curr_rtt = s->curr_rtt_us,
	};
}

void tcpmig_congestion_export(const struct sock *sk, struct tcpmig_state *s)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	strscpy(s->ca_name, inet_csk(sk)->icsk_ca_ops->name, sizeof(s->ca_name));
	s->cwnd = max(tp->snd_cwnd, 1u);
	s->cwnd_cnt = tp->snd_cwnd_cnt;
	s->cwnd_clamp = tp->snd_cwnd_clamp;
	s->cwnd_used = tp->snd_cwnd_used;
	s->ssthresh = tp->snd_ssthresh;
	s->reordering = tp->reordering;
	s->pacing_rate = sk->sk_pacing_rate;
	s->max_pacing_rate = sk->sk_max_pacing_rate;
	s->has_cubic = tcpmig_is_cubic(sk);
	if (s->has_cubic)
		cubic_export(sk, &s->cubic);
	s->has_bbr = tcpmig_is_bbr(sk);
	if (s->has_bbr)
		tcpmig_bbr_export(sk, &s->bbr);
}

void tcpmig_congestion_import(struct sock *sk, const struct tcpmig_state *s)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_cwnd = s->cwnd;
	tp->snd_cwnd_cnt = s->cwnd_cnt;
	tp->snd_cwnd_clamp = s->cwnd_clamp;
	tp->snd_cwnd_used = s->cwnd_used;
	tp->snd_ssthresh = s->ssthresh;
	tp->reordering = s->reordering;
	sk->sk_pacing_rate = s->pacing_rate;
	sk->sk_max_pacing_rate = s->max_pacing_rate;
	if (s->has_cubic && tcpmig_is_cubic(sk))
		cubic_import(sk, &s->cubic);
	if (s->has_bbr && tcpmig_is_bbr(sk))
		tcpmig_bbr_import(sk, &s->bbr);
}

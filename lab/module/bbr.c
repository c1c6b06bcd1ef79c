// SPDX-License-Identifier: GPL-2.0-only
/* BBR's own state (net/ipv4/tcp_bbr.c), field by field. */
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

/* The same from 6.1 to 7.3; it is in no header. Bit-fields and order are the kernel's. */
struct bbr {
	u32 min_rtt_us, min_rtt_stamp, probe_rtt_done_stamp;
	struct minmax bw;
	u32 rtt_cnt, next_rtt_delivered;
	u64 cycle_mstamp;
	u32 mode:3, prev_ca_state:3, packet_conservation:1, round_start:1, idle_restart:1, probe_rtt_round_done:1,
	    unused:13, lt_is_sampling:1, lt_rtt_cnt:7, lt_use_bw:1;
	u32 lt_bw, lt_last_delivered, lt_last_stamp, lt_last_lost;
	u32 pacing_gain:10, cwnd_gain:10, full_bw_reached:1, full_bw_cnt:2, cycle_idx:3, has_seen_rtt:1, unused_b:5;
	u32 prior_cwnd, full_bw;
	u64 ack_epoch_mstamp;
	u16 extra_acked[2];
	u32 ack_epoch_acked:20, extra_acked_win_rtts:5, extra_acked_win_idx:1, unused_c:6;
};
static_assert(sizeof(struct bbr) == 104 && sizeof(struct bbr) <= ICSK_CA_PRIV_SIZE);
static_assert(sizeof(struct minmax) == sizeof(((struct tcpmig_bbr_state *)0)->bw));

bool tcpmig_is_bbr(const struct sock *sk)
{
	return !strcmp(inet_csk(sk)->icsk_ca_ops->name, "bbr");
}

static u32 now_ms(void)
{
	return div_u64(tcp_clock_ns(), NSEC_PER_MSEC);
}

static u8 flags_of(const struct bbr *b)
{
	return b->packet_conservation | b->round_start << 1 | b->idle_restart << 2 | b->probe_rtt_round_done << 3 |
	       b->lt_is_sampling << 4 | b->lt_use_bw << 5 | b->full_bw_reached << 6 | b->has_seen_rtt << 7;
}

void tcpmig_bbr_export(const struct sock *sk, struct tcpmig_bbr_state *s)
{
	const struct bbr *b = inet_csk_ca(sk);

	*s = (struct tcpmig_bbr_state){
		.min_rtt_us = b->min_rtt_us, .min_rtt_age_ms = stamp_age_ms(b->min_rtt_stamp),
		.probe_rtt_left_ms = b->probe_rtt_done_stamp ?
				     jiffies_to_msecs(max_t(s32, b->probe_rtt_done_stamp - tcp_jiffies32, 0)) :
				     TCPMIG_NEVER,
		.rounds = b->rtt_cnt, .next_round = b->next_rtt_delivered,
		.cycle_age_us = stamp_age_us_or_never(b->cycle_mstamp),
		.mode = b->mode, .prev_ca_state = b->prev_ca_state, .flags = flags_of(b), .lt_rounds = b->lt_rtt_cnt,
		.lt_bw = b->lt_bw, .lt_delivered = b->lt_last_delivered, .lt_age_ms = now_ms() - b->lt_last_stamp,
		.lt_lost = b->lt_last_lost, .pacing_gain = b->pacing_gain, .cwnd_gain = b->cwnd_gain,
		.full_bw_rounds = b->full_bw_cnt, .cycle = b->cycle_idx, .prior_cwnd = b->prior_cwnd,
		.full_bw = b->full_bw, .epoch_age_us = stamp_age_us(b->ack_epoch_mstamp),
		.epoch_acked = b->ack_epoch_acked, .extra = { b->extra_acked[0], b->extra_acked[1] },
		.extra_rounds = b->extra_acked_win_rtts, .extra_index = b->extra_acked_win_idx,
	};
	memcpy(s->bw, &b->bw, sizeof(s->bw));
}

static void set_flags(struct bbr *b, u8 flags)
{
	b->packet_conservation = flags & 1;
	b->round_start = flags >> 1 & 1;
	b->idle_restart = flags >> 2 & 1;
	b->probe_rtt_round_done = flags >> 3 & 1;
	b->lt_is_sampling = flags >> 4 & 1;
	b->lt_use_bw = flags >> 5 & 1;
	b->full_bw_reached = flags >> 6 & 1;
	b->has_seen_rtt = flags >> 7;
}

void tcpmig_bbr_import(struct sock *sk, const struct tcpmig_bbr_state *s)
{
	struct bbr *b = inet_csk_ca(sk);

	*b = (struct bbr){
		.min_rtt_us = s->min_rtt_us, .min_rtt_stamp = stamp_from_age_ms(s->min_rtt_age_ms),
		.probe_rtt_done_stamp = s->probe_rtt_left_ms == TCPMIG_NEVER ?
					0 : tcp_jiffies32 + (u32)msecs_to_jiffies(s->probe_rtt_left_ms) ?: 1,
		.rtt_cnt = s->rounds, .next_rtt_delivered = s->next_round,
		.cycle_mstamp = stamp_from_age_us_or_never(s->cycle_age_us),
		.mode = s->mode, .prev_ca_state = s->prev_ca_state,
		.lt_rtt_cnt = s->lt_rounds, .lt_bw = s->lt_bw, .lt_last_delivered = s->lt_delivered,
		.lt_last_stamp = now_ms() - s->lt_age_ms, .lt_last_lost = s->lt_lost, .pacing_gain = s->pacing_gain,
		.cwnd_gain = s->cwnd_gain, .full_bw_cnt = s->full_bw_rounds, .cycle_idx = s->cycle,
		.prior_cwnd = s->prior_cwnd, .full_bw = s->full_bw,
		.ack_epoch_mstamp = stamp_from_age_us(s->epoch_age_us),
		.ack_epoch_acked = s->epoch_acked, .extra_acked = { s->extra[0], s->extra[1] },
		.extra_acked_win_rtts = s->extra_rounds, .extra_acked_win_idx = s->extra_index,
	};
	memcpy(&b->bw, s->bw, sizeof(s->bw));
	set_flags(b, s->flags);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loss recovery and the measurement of the delivery rate, both ways: what the peer is known to have (RFC 2018), what
 * counts as lost and was sent again (RFC 6675, RFC 8985), and what is taken back if that was wrong (RFC 5682).
 * The callers hold the socket's lock.
 */
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

#define SENT_MARKS (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS | TCPCB_LOST | TCPCB_EVER_RETRANS)

static void read_rack(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->rack_age_us = stamp_age_us(tp->rack.mstamp);
	s->rack_rtt_us = tp->rack.rtt_us;
	s->rack_end_seq = tp->rack.end_seq;
	s->rack_last_delivered = tp->rack.last_delivered;
	s->rack_steps = tp->rack.reo_wnd_steps;
	s->rack_persist = tp->rack.reo_wnd_persist;
	s->rack_dsack = tp->rack.dsack_seen;
	s->rack_advanced = tp->rack.advanced;
}

static void read_delivery(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->delivered = tp->delivered;
	s->delivered_ce = tp->delivered_ce;
	s->lost = tp->lost;
	s->app_limited = tp->app_limited;
	s->first_tx_age_us = stamp_age_us(tp->first_tx_mstamp);
	s->delivered_age_us = stamp_age_us(tp->delivered_mstamp);
	s->rate_delivered = tp->rate_delivered;
	s->rate_interval_us = tp->rate_interval_us;
	s->rate_app_limited = tp->rate_app_limited;
}

/* The stamp is in units of the timestamps option, and is compared with echoes of it: so its age counts from TSVAL, and
 * never comes out too small. It is 0 outside of a recovery and of a handshake. */
static u32 retransmission_age_ms(const struct tcp_sock *tp, u32 tsval)
{
	u32 age = tsval - tp->tsoffset - tp->retrans_stamp;

	if (!tp->retrans_stamp)
		return TCPMIG_NEVER;
	if (compat_usec_ts(tp))
		age = DIV_ROUND_UP(age, USEC_PER_MSEC);
	return (s32)age < 0 ? 0 : min_t(u32, age, STAMP_AGE_MAX_MS);
}

void tcpmig_recovery_export(const struct sock *sk, struct tcpmig_state *s)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	s->ca_state = inet_csk(sk)->icsk_ca_state;
	s->high_seq = tp->high_seq;
	s->undo_marker = tp->undo_marker;
	s->undo_retrans = tp->undo_retrans;
	s->prior_ssthresh = tp->prior_ssthresh;
	s->prior_cwnd = tp->prior_cwnd;
	s->prr_delivered = tp->prr_delivered;
	s->prr_out = tp->prr_out;
	s->retrans_age_ms = retransmission_age_ms(tp, s->tsval);
	s->frto = tp->frto;
	s->tlp_high_seq = tp->tlp_high_seq;
	s->tlp_retrans = tp->tlp_retrans;
	s->sack_reneg = tp->is_sack_reneg;
	s->reord_seen = tp->reord_seen;
	s->dsack_dups = tp->dsack_dups;
	s->dupacks = tcp_is_reno(tp) ? tp->sacked_out : 0;
	s->cwnd_age_ms = stamp_age_ms(tp->snd_cwnd_stamp);
	s->cwnd_limited = tp->is_cwnd_limited;
	s->max_packets_out = tp->max_packets_out;
	s->cwnd_usage_seq = tp->cwnd_usage_seq;
	read_rack(tp, s);
	read_delivery(tp, s);
	tcpmig_sacks_export(tp, s);
}

void tcpmig_sent_read(const struct sk_buff *skb, u32 len, u64 now, struct tcpmig_sent *sent)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	*sent = (struct tcpmig_sent){
		.len = len, .age_us = stamp_age_us_at(div_u64(skb->skb_mstamp_ns, NSEC_PER_USEC), now),
		.delivered = cb->tx.delivered, .first_tx_age_us = stamp_age_us_at(cb->tx.first_tx_mstamp, now),
		.delivered_age_us = stamp_age_us_or_never_at(cb->tx.delivered_mstamp, now),
		.marks = cb->sacked & SENT_MARKS,
		.flags = (cb->eor ? TCPMIG_SENT_EOR : 0) | (cb->tcp_flags & TCPHDR_PSH ? TCPMIG_SENT_PUSH : 0) |
			 (cb->tx.is_app_limited ? TCPMIG_SENT_APP_LIMITED : 0),
	};
}

const char *tcpmig_sent_contradiction(const struct tcpmig_state *s, const struct tcpmig_sent *sent)
{
	if (sent->marks & ~SENT_MARKS || sent->flags & ~TCPMIG_SENT_FLAGS)
		return "marks of a sent buffer";
	if (IS_ENABLED(TCPMIG_BREAK_MARKS))
		return NULL;
	if (sent->marks & TCPCB_SACKED_ACKED && (sent->marks & (TCPCB_LOST | TCPCB_SACKED_RETRANS) || !s->sack_ok))
		return "selectively acknowledged and lost";
	/* What is lost is sent again whenever there is room (tcp_tsq_write), whatever the state. */
	if (sent->marks & (TCPCB_LOST | TCPCB_SACKED_RETRANS) && s->ca_state == TCP_CA_Open)
		return "lost or sent again outside of a recovery";
	if (sent->marks & TCPCB_SACKED_RETRANS && !(sent->marks & TCPCB_EVER_RETRANS))
		return "sent again and never";
	return NULL;
}

const char *tcpmig_recovery_contradiction(const struct tcpmig_state *s)
{
	/* Outside of a recovery HIGH_SEQ is of the last one, or 0. */
	if (s->ca_state != TCP_CA_Open && after(s->high_seq, s->snd_nxt))
		return "recovery beyond what was sent";
	if (s->tlp_high_seq && after(s->tlp_high_seq, s->snd_nxt))
		return "recovery beyond what was sent";
	if ((s->ca_state == TCP_CA_CWR || s->ca_state == TCP_CA_Recovery) && !s->prior_cwnd)
		return "congestion window before the recovery";
	if (s->sack_ok && s->dupacks)
		return "duplicate acknowledgements counted beside SACK";
	if (!s->sack_ok && (s->sacks || s->dsack))
		return "SACK without the option";
	return NULL;
}

static void set_rack(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	tp->rack.mstamp = stamp_from_age_us(s->rack_age_us);
	tp->rack.rtt_us = s->rack_rtt_us;
	tp->rack.end_seq = s->rack_end_seq;
	tp->rack.last_delivered = s->rack_last_delivered;
	tp->rack.reo_wnd_steps = s->rack_steps;
	tp->rack.reo_wnd_persist = s->rack_persist;
	tp->rack.dsack_seen = s->rack_dsack;
	tp->rack.advanced = s->rack_advanced;
}

static void set_delivery(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	tp->delivered = s->delivered;
	tp->delivered_ce = s->delivered_ce;
	tp->lost = s->lost;
	tp->app_limited = s->app_limited;
	tp->first_tx_mstamp = stamp_from_age_us(s->first_tx_age_us);
	tp->delivered_mstamp = stamp_from_age_us(s->delivered_age_us);
	tp->rate_delivered = s->rate_delivered;
	tp->rate_interval_us = s->rate_interval_us;
	tp->rate_app_limited = s->rate_app_limited;
}

/* 0 means none, so a stamp that comes out as 0 is a tick late. */
static u32 retransmission_stamp(const struct tcp_sock *tp, u32 tsval, u32 age_ms)
{
	u32 age = compat_usec_ts(tp) ? age_ms * USEC_PER_MSEC : age_ms;

	return age_ms == TCPMIG_NEVER ? 0 : tsval - tp->tsoffset - age ?: 1;
}

static void set_recovery(struct sock *sk, const struct tcpmig_state *s)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_csk(sk)->icsk_ca_state = s->ca_state;
	tp->high_seq = s->high_seq;
	tp->undo_marker = s->undo_marker;
	tp->undo_retrans = s->undo_retrans;
	tp->prior_ssthresh = s->prior_ssthresh;
	tp->prior_cwnd = s->prior_cwnd;
	tp->prr_delivered = s->prr_delivered;
	tp->prr_out = s->prr_out;
	tp->retrans_stamp = retransmission_stamp(tp, s->tsval, s->retrans_age_ms);
	tp->frto = s->frto;
	tp->tlp_high_seq = s->tlp_high_seq;
	tp->tlp_retrans = s->tlp_retrans;
	tp->is_sack_reneg = s->sack_reneg;
	tp->reord_seen = s->reord_seen;
	tp->dsack_dups = s->dsack_dups;
	tp->snd_cwnd_stamp = stamp_from_age_ms(s->cwnd_age_ms);
	tp->is_cwnd_limited = s->cwnd_limited;
	tp->max_packets_out = s->max_packets_out;
	tp->cwnd_usage_seq = s->cwnd_usage_seq;
}

/* In the order of sending, which RACK goes by; what the peer has is not in the list (tcp_sacktag_walk). */
static void sort_by_time(struct tcp_sock *tp, struct sk_buff *skb)
{
	struct list_head *before = tp->tsorted_sent_queue.prev;

	list_del_init(&skb->tcp_tsorted_anchor);
	if (TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED)
		return;
	if (before == &skb->tcp_tsorted_anchor)
		before = tp->tsorted_sent_queue.prev;
	while (before != &tp->tsorted_sent_queue &&
	       list_entry(before, struct sk_buff, tcp_tsorted_anchor)->skb_mstamp_ns > skb->skb_mstamp_ns)
		before = before->prev;
	list_add(&skb->tcp_tsorted_anchor, before);
}

static void set_sent(struct tcp_sock *tp, struct sk_buff *skb, const struct tcpmig_sent *sent)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 segments = tcp_skb_pcount(skb);

	skb->skb_mstamp_ns = stamp_from_age_us(sent->age_us) * NSEC_PER_USEC;
	cb->sacked = sent->marks;
	cb->eor = !!(sent->flags & TCPMIG_SENT_EOR);
	cb->tcp_flags &= ~TCPHDR_PSH;
	if (sent->flags & TCPMIG_SENT_PUSH)
		cb->tcp_flags |= TCPHDR_PSH;
	cb->tx.is_app_limited = !!(sent->flags & TCPMIG_SENT_APP_LIMITED);
	cb->tx.delivered = sent->delivered;
	cb->tx.first_tx_mstamp = stamp_from_age_us(sent->first_tx_age_us);
	cb->tx.delivered_mstamp = stamp_from_age_us_or_never(sent->delivered_age_us);
	if (sent->marks & TCPCB_SACKED_ACKED)
		tp->sacked_out += segments;
	if (sent->marks & TCPCB_LOST)
		tp->lost_out += segments;
	if (sent->marks & TCPCB_SACKED_RETRANS)
		tp->retrans_out += segments;
}

/* The records of sent buffers, in order, beside the buffers that came of them. */
struct sent_cursor {
	const struct nlattr *at;
	int rem;
	const struct tcpmig_sent *sent;
	u32 end;                /* of its bytes, from SND.UNA on */
};

static void sent_advance(struct sent_cursor *c)
{
	while (nla_ok(c->at, c->rem)) {
		const struct nlattr *a = c->at;

		c->at = nla_next(a, &c->rem);
		if (nla_type(a) == TCPMIG_A_RTX_BUFFER) {
			c->sent = nla_data(a);
			c->end += c->sent->len;
			return;
		}
	}
	c->end = U32_MAX;
}

/* Of the byte at an offset that only grows; a FIN alone goes with the last record. */
static const struct tcpmig_sent *sent_find(struct sent_cursor *c, u32 offset)
{
	while (offset >= c->end)
		sent_advance(c);
	return c->sent;
}

static void set_all_sent(struct sock *sk, const struct tcpmig_built *built)
{
	struct sent_cursor cursor = { .at = built->data, .rem = built->size };
	struct sk_buff *skb, *last_sacked = NULL;
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node *n;

	for (n = rb_first(&sk->tcp_rtx_queue); n; n = rb_next(n)) {
		const struct tcpmig_sent *sent;

		skb = rb_to_skb(n);
		sent = sent_find(&cursor, TCP_SKB_CB(skb)->seq - built->state->snd_una);
		if (!sent)
			continue;
		set_sent(tp, skb, sent);
		sort_by_time(tp, skb);
		if (sent->marks & TCPCB_SACKED_ACKED)
			last_sacked = skb;
	}
	if (last_sacked)
		tp->highest_sack = skb_rb_next(last_sacked);
	if (tcp_is_reno(tp))
		tp->sacked_out = min(built->state->dupacks, tp->packets_out - tp->lost_out);
}

void tcpmig_recovery_import(struct sock *sk, const struct tcpmig_built *built)
{
	const struct tcpmig_state *s = built->state;
	struct tcp_sock *tp = tcp_sk(sk);

	set_recovery(sk, s);
	set_rack(tp, s);
	set_delivery(tp, s);
	set_all_sent(sk, built);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of one connection as named fields, between a socket and the attributes on the wire. */
#ifndef _TCPMIG_STATE_H
#define _TCPMIG_STATE_H

#include <linux/netlink.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <net/tcp.h>

#include "uapi/tcpmig.h"

struct tcpmig_built;

#define TCPMIG_NEVER U32_MAX
#define TCPMIG_BUFFER_MAX (1 << 30)
/* RFC 7323, 2.3. */
#define TCPMIG_WINDOW_MAX ((u32)U16_MAX << TCP_MAX_WSCALE)
/* Acknowledged segments that CUBIC has yet to count. It counts them in a loop, so not just any number will do; a kernel
 * does that every 1/32 s, unless its module parameter tcp_friendliness is off and nothing ever looks at them. */
#define TCPMIG_CUBIC_ACKS_MAX (1 << 20)

/* Units and meaning: enum tcpmig_attr, whose names these are. */
struct tcpmig_state {
	u32 version;
	struct tcpmig_tuple tuple;
	u8 family, tcp_state, orphan, shutdown, done;
	u16 error;

	u32 rcv_nxt, copied_seq, rcv_wup, snd_una, snd_nxt, write_seq, snd_sml, pushed_seq;

	u32 snd_up, urg_seq;
	u16 urg_data;

	u32 snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_ssthresh, window_clamp;
	u32 rcvq_space, rcvq_seq, rcvq_age_us, rcv_rtt_us, rcv_rtt_seq, rcv_rtt_age_us;
	u32 rcv_mwnd_seq;
	u8 scaling_ratio;

	u8 wscale_ok, snd_wscale, rcv_wscale, sack_ok, tstamp_ok, mtu_probing, ecn_flags;
	u16 mss_clamp, advmss, user_mss, mss_cache;

	u32 tsval, ts_recent, ts_recent_age_s, rcv_tsval, rcv_tsecr, rcv_rtt_tsecr;
	u8 usec_ts;

	u32 lsnd_age_ms, lrcv_age_ms, ack_age_ms;

	u32 srtt_us, mdev_us, mdev_max_us, rttvar_us, rtt_seq, rtt_min_us;
	u32 rto_ms, rto_min_ms, delack_max_ms;
	u8 backoff, retransmits;

	u32 timer_left_ms, probes_age_ms, keepalive_left_ms, ack_ato_ms;
	u16 ack_last_seg, ack_rcv_mss;
	u8 timer, probes_out, ack_quick, ack_pingpong;

	char ca_name[TCP_CA_NAME_MAX];
	u32 cwnd, cwnd_cnt, cwnd_clamp, cwnd_used, ssthresh, reordering;
	u64 pacing_rate, max_pacing_rate;
	struct tcpmig_cubic_state {
		u32 cnt, last_max, last_cwnd, last_age_ms, origin, k, delay_min_us, epoch_age_ms, ack_cnt, tcp_cwnd;
		u32 round_age_us, end_seq, ack_age_us, curr_rtt_us;
		u8 samples, found;
	} cubic;
	struct tcpmig_bbr_state {
		u32 min_rtt_us, min_rtt_age_ms, probe_rtt_left_ms, bw[6], rounds, next_round, cycle_age_us;
		u32 lt_bw, lt_delivered, lt_age_ms, lt_lost, prior_cwnd, full_bw, epoch_age_us, epoch_acked;
		u16 pacing_gain, cwnd_gain, extra[2];
		u8 mode, prev_ca_state, flags, lt_rounds, full_bw_rounds, cycle, extra_rounds, extra_index;
	} bbr;

	u8 ca_state, frto, tlp_retrans, sack_reneg, cwnd_limited;
	u32 high_seq, undo_marker, prior_ssthresh, prior_cwnd, prr_delivered, prr_out, retrans_age_ms, tlp_high_seq;
	u32 reord_seen, dsack_dups, dupacks, cwnd_age_ms, max_packets_out, cwnd_usage_seq;
	s32 undo_retrans;
	u32 rack_age_us, rack_rtt_us, rack_end_seq, rack_last_delivered;
	u8 rack_steps, rack_persist, rack_dsack, rack_advanced;
	u32 delivered, delivered_ce, lost, app_limited, first_tx_age_us, delivered_age_us;
	u32 rate_delivered, rate_interval_us;
	u8 rate_app_limited;
	u8 sacks, dsack;
	struct tcp_sack_block sack[4], dsack_block;

	u32 rcvbuf, sndbuf, rcvlowat, rcvtimeo_ms, sndtimeo_ms, priority, mark;
	u32 linger_ms, keepidle_ms, keepintvl_ms, user_timeout_ms, notsent_lowat;
	s32 linger2_ms;
	u8 buf_lock, reuse, reuseport, keepalive, oobinline, linger, nonagle, thin_lto, inq, keepcnt, syncnt;
	u8 tos, rcv_tos, ttl, min_ttl, pmtudisc, defer_accept, messages;
	u32 txhash;
	__be32 flow_label;
	u8 v6only, tclass, hop_limit, min_hop_limit, pmtudisc6, autoflowlabel;

	u64 bytes_sent, bytes_acked, bytes_received, bytes_retrans;
	u32 segs_in, segs_out, total_retrans;

	u8 waiting, save_syn;
	u32 backlog, syn_share;

	/* Not on the wire: bytes in each queue, which optional attributes are there, and how many handshakes. */
	struct tcpmig_queue_bytes {
		u32 rcv, rtx, write, ofo;
	} bytes;
	bool has_scaling_ratio, has_mwnd, has_usec_ts, has_cubic, has_bbr, has_v6, has_share;
	u32 handshakes;
	u64 frozen_us;          /* origin: of TCP's clock; ages and TSVAL are of then */
	const struct nlattr *saved_syn; /* destination: the last one, within what was read; NULL: none */
};

/* Writes attributes to user space, or with a NULL iterator only adds up their size. */
struct tcpmig_writer {
	struct iov_iter *to;
	size_t size;
	u64 now_us;             /* when it was frozen, of TCP's clock */
};

int tcpmig_write_attr(struct tcpmig_writer *w, u16 attr, const void *data, u16 len);
int tcpmig_write_head(struct tcpmig_writer *w, u16 attr, u16 len);
int tcpmig_write_bytes(struct tcpmig_writer *w, const void *data, u16 len);
int tcpmig_write_pad(struct tcpmig_writer *w, u16 len);

int tcpmig_state_encode(struct tcpmig_writer *w, const struct tcpmig_state *s);

/* Decodes and judges what came from outside. 0, or -EBADMSG after a line in the kernel log that says why. */
int tcpmig_state_decode(struct tcpmig_state *s, const void *data, size_t size);
/* rules.c. The rule broken, or NULL. */
const char *tcpmig_state_contradiction(const struct tcpmig_state *s);

/* The peer's FIN has arrived and takes a number behind the received data; ours takes one that is not acknowledged. */
static inline bool tcpmig_has_their_fin(const struct tcpmig_state *s)
{
	return BIT(s->tcp_state) & (TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSING | TCPF_CLOSE) && s->done;
}

static inline bool tcpmig_has_our_fin(const struct tcpmig_state *s)
{
	return BIT(s->tcp_state) & (TCPF_FIN_WAIT1 | TCPF_LAST_ACK | TCPF_CLOSING);
}

void tcpmig_options_export(const struct sock *sk, struct tcpmig_state *s);
/* By the socket's own calls. The caller does not hold its lock. */
int tcpmig_messages_import(struct socket *sock, const struct tcpmig_state *s);
void tcpmig_options_import(struct sock *sk, const struct tcpmig_state *s);

/* timestamps.c */
void tcpmig_timestamps_export(const struct tcp_sock *tp, struct tcpmig_state *s);
void tcpmig_timestamps_import(struct tcp_sock *tp, const struct tcpmig_state *s);

/* recovery.c */
void tcpmig_recovery_export(const struct sock *sk, struct tcpmig_state *s);
const char *tcpmig_recovery_contradiction(const struct tcpmig_state *s);
/* When the queues are filled, and `sack_ok` is set. */
void tcpmig_recovery_import(struct sock *sk, const struct tcpmig_built *built);
void tcpmig_sent_read(const struct sk_buff *skb, u32 len, u64 now, struct tcpmig_sent *sent);
const char *tcpmig_sent_contradiction(const struct tcpmig_state *s, const struct tcpmig_sent *sent);

/* sack.c. Pieces out of order without a gap between them, and the blocks (by bit) that such a run was seen to contain;
 * at first all 0, but for the end, where no piece begins. */
struct tcpmig_sack_run {
	u32 start, end;
	unsigned long proven;
};

void tcpmig_sacks_export(const struct tcp_sock *tp, struct tcpmig_state *s);
/* Each piece once, upwards; `end` is behind its last byte, and its FIN. */
void tcpmig_sacks_judge_piece(const struct tcpmig_state *s, struct tcpmig_sack_run *run, u32 seq, u32 end);
/* After the last piece: that every block is of bytes that are there. */
bool tcpmig_sacks_are_proven(const struct tcpmig_state *s, const struct tcpmig_sack_run *run);
void tcpmig_sacks_import(struct tcp_sock *tp, const struct tcpmig_state *s);

/* True when the kernel's CUBIC keeps the private state that congestion.c knows. */
bool tcpmig_is_cubic(const struct sock *sk);
bool tcpmig_is_bbr(const struct sock *sk);
void tcpmig_bbr_export(const struct sock *sk, struct tcpmig_bbr_state *s);
void tcpmig_bbr_import(struct sock *sk, const struct tcpmig_bbr_state *s);
void tcpmig_congestion_export(const struct sock *sk, struct tcpmig_state *s);
void tcpmig_congestion_import(struct sock *sk, const struct tcpmig_state *s);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "fields.h"

#define MEMBER(member) (((struct tcpmig_state *)0)->member)
#define TYPE_OF(member) \
	(sizeof(MEMBER(member)) == sizeof(u8) ? NLA_U8 : sizeof(MEMBER(member)) == sizeof(u16) ? NLA_U16 : \
	 sizeof(MEMBER(member)) == sizeof(u64) ? NLA_U64 : __same_type(MEMBER(member), s32) ? NLA_S32 : NLA_U32)
#define GROUP(_attr, _member, _kind, _min, _max) \
	{ .attr = TCPMIG_A_##_attr, .offset = offsetof(struct tcpmig_state, _member), .type = TYPE_OF(_member), \
	  .size = sizeof(MEMBER(_member)), \
	  .kind = _kind, .min = _min, .max = _max }
/* Of the kind that KIND says. */
#define BYTES(_attr, _member) BYTES_GROUP(_attr, _member, KIND)
#define BYTES_GROUP(_attr, _member, _kind) \
	{ .kind = _kind, .attr = TCPMIG_A_##_attr, .offset = offsetof(struct tcpmig_state, _member), \
	  .type = NLA_BINARY, .size = sizeof(MEMBER(_member)) }
#define RANGE(_attr, _member, _min, _max) GROUP(_attr, _member, KIND, _min, _max)
#define ANY(_attr, _member) RANGE(_attr, _member, 0, U32_MAX)
#define FLAG(_attr, _member) RANGE(_attr, _member, 0, 1)
#define AGE(_attr, _member) RANGE(_attr, _member, 0, AGE_MAX)
/* An age that may also be TCPMIG_NEVER. */
#define AGE_OR_NEVER(_attr, _member) ANY(_attr, _member)

#define AGE_MAX (1 << 30)
#define BUFFER_MAX TCPMIG_BUFFER_MAX

const struct tcpmig_field tcpmig_fields[] = {
#define KIND ALWAYS
	RANGE(VERSION, version, TCPMIG_STATE_VERSION, TCPMIG_STATE_VERSION),
	BYTES(LADDR, tuple.laddr), BYTES(RADDR, tuple.raddr),
	RANGE(LPORT, tuple.lport, 1, U16_MAX), ANY(RPORT, tuple.rport),
	RANGE(FAMILY, family, AF_INET, AF_INET6), RANGE(TCP_STATE, tcp_state, TCP_ESTABLISHED, TCP_CLOSING),
	FLAG(ORPHAN, orphan), RANGE(SHUTDOWN, shutdown, 0, SHUTDOWN_MASK), FLAG(DONE, done),
	RANGE(ERROR, error, 0, MAX_ERRNO),

#undef KIND
#define KIND CONNECTION
	ANY(RCV_NXT, rcv_nxt), ANY(COPIED_SEQ, copied_seq), ANY(RCV_WUP, rcv_wup), ANY(SND_UNA, snd_una),
	ANY(SND_NXT, snd_nxt), ANY(WRITE_SEQ, write_seq), ANY(SND_SML, snd_sml), ANY(PUSHED_SEQ, pushed_seq),

	ANY(SND_UP, snd_up), RANGE(URG_DATA, urg_data, 0, TCP_URG_READ | U8_MAX), ANY(URG_SEQ, urg_seq),

	ANY(SND_WL1, snd_wl1), RANGE(SND_WND, snd_wnd, 0, TCPMIG_WINDOW_MAX),
	RANGE(MAX_WINDOW, max_window, 0, TCPMIG_WINDOW_MAX), RANGE(RCV_WND, rcv_wnd, 0, TCPMIG_WINDOW_MAX),
	RANGE(RCV_SSTHRESH, rcv_ssthresh, 0, BUFFER_MAX),
	GROUP(WINDOW_CLAMP, window_clamp, ALWAYS, 0, BUFFER_MAX), RANGE(RCVQ_SPACE, rcvq_space, 1, BUFFER_MAX),
	ANY(RCVQ_SEQ, rcvq_seq), ANY(RCVQ_AGE_US, rcvq_age_us), RANGE(RCV_RTT_US, rcv_rtt_us, 0, AGE_MAX),
	ANY(RCV_RTT_SEQ, rcv_rtt_seq), ANY(RCV_RTT_AGE_US, rcv_rtt_age_us),
	GROUP(SCALING_RATIO, scaling_ratio, SCALING_RATIO, 1, U8_MAX),
	GROUP(RCV_MWND_SEQ, rcv_mwnd_seq, MWND, 0, U32_MAX),

	FLAG(WSCALE_OK, wscale_ok), RANGE(SND_WSCALE, snd_wscale, 0, TCP_MAX_WSCALE),
	RANGE(RCV_WSCALE, rcv_wscale, 0, TCP_MAX_WSCALE), RANGE(SACK_OK, sack_ok, 0, 7), FLAG(TSTAMP_OK, tstamp_ok),
	RANGE(MSS_CLAMP, mss_clamp, TCP_MIN_MSS, U16_MAX), RANGE(ADVMSS, advmss, TCP_MIN_MSS, U16_MAX),
	GROUP(USER_MSS, user_mss, ALWAYS, 0, U32_MAX), RANGE(MSS_CACHE, mss_cache, 1, U16_MAX),
	FLAG(MTU_PROBING, mtu_probing), RANGE(ECN_FLAGS, ecn_flags, 0, 15),

	ANY(TSVAL, tsval), GROUP(USEC_TS, usec_ts, USEC_TS, 0, 1), ANY(TS_RECENT, ts_recent),
	AGE_OR_NEVER(TS_RECENT_AGE_S, ts_recent_age_s), ANY(RCV_TSVAL, rcv_tsval), ANY(RCV_TSECR, rcv_tsecr),
	ANY(RCV_RTT_TSECR, rcv_rtt_tsecr),

	AGE(LSND_AGE_MS, lsnd_age_ms), AGE(LRCV_AGE_MS, lrcv_age_ms), AGE(ACK_AGE_MS, ack_age_ms),

	RANGE(SRTT_US, srtt_us, 0, S32_MAX), RANGE(MDEV_US, mdev_us, 0, S32_MAX),
	RANGE(MDEV_MAX_US, mdev_max_us, 0, S32_MAX), RANGE(RTTVAR_US, rttvar_us, 0, S32_MAX), ANY(RTT_SEQ, rtt_seq),
	AGE_OR_NEVER(RTT_MIN_US, rtt_min_us), RANGE(RTO_MS, rto_ms, 1, 120000),
	RANGE(RTO_MIN_MS, rto_min_ms, 1, 120000), RANGE(DELACK_MAX_MS, delack_max_ms, 1, 120000),
	RANGE(BACKOFF, backoff, 0, 31), ANY(RETRANSMITS, retransmits),

	RANGE(TIMER, timer, 0, ICSK_TIME_REO_TIMEOUT), RANGE(TIMER_LEFT_MS, timer_left_ms, 0, AGE_MAX),
	ANY(PROBES_OUT, probes_out), AGE_OR_NEVER(PROBES_AGE_MS, probes_age_ms),
	AGE_OR_NEVER(KEEPALIVE_LEFT_MS, keepalive_left_ms), ANY(ACK_QUICK, ack_quick),
	ANY(ACK_PINGPONG, ack_pingpong), RANGE(ACK_ATO_MS, ack_ato_ms, 0, 1000), ANY(ACK_LAST_SEG, ack_last_seg),
	RANGE(ACK_RCV_MSS, ack_rcv_mss, TCP_MIN_MSS, U16_MAX),

	RANGE(CA_STATE, ca_state, TCP_CA_Open, TCP_CA_Loss), ANY(HIGH_SEQ, high_seq), ANY(UNDO_MARKER, undo_marker),
	RANGE(UNDO_RETRANS, undo_retrans, -1, 1 << 24), RANGE(PRIOR_SSTHRESH, prior_ssthresh, 0, S32_MAX),
	RANGE(PRIOR_CWND, prior_cwnd, 0, 1 << 24), RANGE(PRR_DELIVERED, prr_delivered, 0, 1 << 24),
	RANGE(PRR_OUT, prr_out, 0, 1 << 24), AGE_OR_NEVER(RETRANS_AGE_MS, retrans_age_ms), FLAG(FRTO, frto),
	ANY(TLP_HIGH_SEQ, tlp_high_seq), FLAG(TLP_RETRANS, tlp_retrans), FLAG(SACK_RENEG, sack_reneg),
	ANY(REORD_SEEN, reord_seen), ANY(DSACK_DUPS, dsack_dups), ANY(DUPACKS, dupacks), ANY(RACK_AGE_US, rack_age_us),
	ANY(RACK_RTT_US, rack_rtt_us), ANY(RACK_END_SEQ, rack_end_seq), ANY(RACK_DELIVERED, rack_last_delivered),
	ANY(RACK_STEPS, rack_steps), RANGE(RACK_PERSIST, rack_persist, 0, 31), FLAG(RACK_DSACK, rack_dsack),
	FLAG(RACK_ADVANCED, rack_advanced),

	ANY(DELIVERED, delivered), ANY(DELIVERED_CE, delivered_ce), ANY(LOST, lost), ANY(APP_LIMITED, app_limited),
	ANY(FIRST_TX_AGE_US, first_tx_age_us), ANY(DELIVERED_AGE_US, delivered_age_us),
	ANY(RATE_DELIVERED, rate_delivered), ANY(RATE_INTERVAL_US, rate_interval_us),
	FLAG(RATE_APP_LIMITED, rate_app_limited),

	RANGE(SACKS, sacks, 0, TCP_NUM_SACKS), BYTES(SACK_BLOCKS, sack), FLAG(DSACK, dsack),
	BYTES(DSACK_BLOCK, dsack_block),

	RANGE(CWND, cwnd, 1, 1 << 24), ANY(CWND_CNT, cwnd_cnt), RANGE(CWND_CLAMP, cwnd_clamp, 1, U32_MAX),
	ANY(CWND_USED, cwnd_used), RANGE(SSTHRESH, ssthresh, 2, S32_MAX), RANGE(REORDERING, reordering, 1, 1000),
	AGE(CWND_AGE_MS, cwnd_age_ms), FLAG(CWND_LIMITED, cwnd_limited), ANY(MAX_PACKETS_OUT, max_packets_out),
	ANY(CWND_USAGE_SEQ, cwnd_usage_seq),
	ANY(PACING_RATE, pacing_rate), GROUP(MAX_PACING_RATE, max_pacing_rate, ALWAYS, 0, U32_MAX),
	GROUP(CUBIC_CNT, cubic.cnt, CUBIC, 0, U32_MAX), GROUP(CUBIC_LAST_MAX, cubic.last_max, CUBIC, 0, 1 << 24),
	GROUP(CUBIC_LAST_CWND, cubic.last_cwnd, CUBIC, 0, 1 << 24),
	GROUP(CUBIC_LAST_AGE_MS, cubic.last_age_ms, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_ORIGIN, cubic.origin, CUBIC, 0, 1 << 24), GROUP(CUBIC_K, cubic.k, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_DELAY_MIN_US, cubic.delay_min_us, CUBIC, 0, AGE_MAX),
	GROUP(CUBIC_EPOCH_AGE_MS, cubic.epoch_age_ms, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_ACK_CNT, cubic.ack_cnt, CUBIC, 0, TCPMIG_CUBIC_ACKS_MAX),
	GROUP(CUBIC_TCP_CWND, cubic.tcp_cwnd, CUBIC, 0, U32_MAX), GROUP(CUBIC_SAMPLES, cubic.samples, CUBIC, 0, U8_MAX),
	GROUP(CUBIC_FOUND, cubic.found, CUBIC, 0, U8_MAX),
	GROUP(CUBIC_ROUND_AGE_US, cubic.round_age_us, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_END_SEQ, cubic.end_seq, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_ACK_AGE_US, cubic.ack_age_us, CUBIC, 0, U32_MAX),
	GROUP(CUBIC_CURR_RTT_US, cubic.curr_rtt_us, CUBIC, 0, U32_MAX),
	GROUP(BBR_MIN_RTT_US, bbr.min_rtt_us, BBR, 0, U32_MAX),
	GROUP(BBR_MIN_RTT_AGE_MS, bbr.min_rtt_age_ms, BBR, 0, AGE_MAX),
	GROUP(BBR_PROBE_LEFT_MS, bbr.probe_rtt_left_ms, BBR, 0, U32_MAX), BYTES_GROUP(BBR_BW, bbr.bw, BBR),
	GROUP(BBR_ROUNDS, bbr.rounds, BBR, 0, U32_MAX), GROUP(BBR_NEXT_ROUND, bbr.next_round, BBR, 0, U32_MAX),
	GROUP(BBR_CYCLE_AGE_US, bbr.cycle_age_us, BBR, 0, U32_MAX), GROUP(BBR_MODE, bbr.mode, BBR, 0, 3),
	GROUP(BBR_PREV_CA_STATE, bbr.prev_ca_state, BBR, TCP_CA_Open, TCP_CA_Loss),
	GROUP(BBR_FLAGS, bbr.flags, BBR, 0, U8_MAX), GROUP(BBR_LT_ROUNDS, bbr.lt_rounds, BBR, 0, 127),
	GROUP(BBR_LT_BW, bbr.lt_bw, BBR, 0, U32_MAX), GROUP(BBR_LT_DELIVERED, bbr.lt_delivered, BBR, 0, U32_MAX),
	GROUP(BBR_LT_AGE_MS, bbr.lt_age_ms, BBR, 0, U32_MAX), GROUP(BBR_LT_LOST, bbr.lt_lost, BBR, 0, U32_MAX),
	GROUP(BBR_PACING_GAIN, bbr.pacing_gain, BBR, 0, 1023), GROUP(BBR_CWND_GAIN, bbr.cwnd_gain, BBR, 0, 1023),
	GROUP(BBR_FULL_BW_ROUNDS, bbr.full_bw_rounds, BBR, 0, 3), GROUP(BBR_CYCLE, bbr.cycle, BBR, 0, 7),
	GROUP(BBR_PRIOR_CWND, bbr.prior_cwnd, BBR, 0, 1 << 24), GROUP(BBR_FULL_BW, bbr.full_bw, BBR, 0, U32_MAX),
	GROUP(BBR_EPOCH_AGE_US, bbr.epoch_age_us, BBR, 0, U32_MAX),
	GROUP(BBR_EPOCH_ACKED, bbr.epoch_acked, BBR, 0, (1 << 20) - 1), BYTES_GROUP(BBR_EXTRA, bbr.extra, BBR),
	GROUP(BBR_EXTRA_ROUNDS, bbr.extra_rounds, BBR, 0, 31), GROUP(BBR_EXTRA_INDEX, bbr.extra_index, BBR, 0, 1),

#undef KIND
#define KIND ALWAYS
	RANGE(RCVBUF, rcvbuf, 128, BUFFER_MAX), RANGE(SNDBUF, sndbuf, 128, BUFFER_MAX),
	RANGE(BUF_LOCK, buf_lock, 0, SOCK_BUF_LOCK_MASK), RANGE(RCVLOWAT, rcvlowat, 1, S32_MAX),
	AGE_OR_NEVER(RCVTIMEO_MS, rcvtimeo_ms), AGE_OR_NEVER(SNDTIMEO_MS, sndtimeo_ms), ANY(PRIORITY, priority),
	ANY(MARK, mark), FLAG(REUSE, reuse), FLAG(REUSEPORT, reuseport), FLAG(KEEPALIVE, keepalive),
	FLAG(OOBINLINE, oobinline), FLAG(LINGER, linger), RANGE(LINGER_MS, linger_ms, 0, U32_MAX),
	RANGE(LINGER2_MS, linger2_ms, -1, 120000), RANGE(NONAGLE, nonagle, 0, 7), FLAG(THIN_LTO, thin_lto),
	FLAG(INQ, inq), RANGE(KEEPIDLE_MS, keepidle_ms, 0, 32767000), RANGE(KEEPINTVL_MS, keepintvl_ms, 0, 32767000),
	RANGE(KEEPCNT, keepcnt, 0, 127), RANGE(SYNCNT, syncnt, 0, 127),
	RANGE(USER_TIMEOUT_MS, user_timeout_ms, 0, S32_MAX), ANY(NOTSENT_LOWAT, notsent_lowat), ANY(TOS, tos),
	ANY(RCV_TOS, rcv_tos), ANY(TTL, ttl), ANY(MIN_TTL, min_ttl),
	RANGE(PMTUDISC, pmtudisc, IP_PMTUDISC_DONT, IP_PMTUDISC_OMIT), ANY(DEFER_ACCEPT, defer_accept),
	RANGE(SAVE_SYN, save_syn, 0, 2),
	RANGE(MESSAGES, messages, 0, 31), ANY(TXHASH, txhash),
	GROUP(V6ONLY, v6only, V6, 0, 1), GROUP(TCLASS, tclass, V6, 0, U8_MAX),
	GROUP(HOP_LIMIT, hop_limit, V6, 0, U8_MAX), GROUP(MIN_HOP_LIMIT, min_hop_limit, V6, 0, U8_MAX),
	GROUP(PMTUDISC6, pmtudisc6, V6, IPV6_PMTUDISC_DONT, IPV6_PMTUDISC_OMIT),
	GROUP(FLOW_LABEL, flow_label, V6, 0, U32_MAX), GROUP(AUTOFLOWLABEL, autoflowlabel, V6, 0, 3),

#undef KIND
#define KIND CONNECTION
	ANY(BYTES_SENT, bytes_sent), ANY(BYTES_ACKED, bytes_acked), ANY(BYTES_RECEIVED, bytes_received),
	ANY(BYTES_RETRANS, bytes_retrans), ANY(SEGS_IN, segs_in), ANY(SEGS_OUT, segs_out),
	ANY(TOTAL_RETRANS, total_retrans),

	GROUP(WAITING, waiting, WAITING, 1, 1), GROUP(BACKLOG, backlog, LISTENER, 0, S32_MAX),
	GROUP(SYN_SHARE, syn_share, SHARE, 0, U32_MAX),
};
const unsigned int tcpmig_fields_count = ARRAY_SIZE(tcpmig_fields);

// SPDX-License-Identifier: GPL-2.0-only
/* Fields to netlink attributes and back: one table says what goes over the wire and in which range. */
#include <net/netlink.h>

#include "module.h"
#include "state.h"

enum kind { ALWAYS, SCALING_RATIO, MWND, USEC_TS, CUBIC, BBR, V6 };

struct field {
	u16 attr;
	u16 offset;
	u8 type;        /* NLA_U8 .. NLA_U64, NLA_S32, NLA_BINARY of exactly `size` */
	u8 size;
	u8 kind;        /* ALWAYS, or the optional group it belongs to */
	s64 min, max;   /* both inclusive; not looked at for NLA_U64 and NLA_BINARY */
};

#define MEMBER(member) (((struct tcpmig_state *)0)->member)
#define TYPE_OF(member) \
	(sizeof(MEMBER(member)) == sizeof(u8) ? NLA_U8 : sizeof(MEMBER(member)) == sizeof(u16) ? NLA_U16 : \
	 sizeof(MEMBER(member)) == sizeof(u64) ? NLA_U64 : __same_type(MEMBER(member), s32) ? NLA_S32 : NLA_U32)
#define GROUP(_attr, _member, _kind, _min, _max) \
	{ .attr = TCPMIG_A_##_attr, .offset = offsetof(struct tcpmig_state, _member), .type = TYPE_OF(_member), \
	  .size = sizeof(MEMBER(_member)), \
	  .kind = _kind, .min = _min, .max = _max }
#define BYTES(_attr, _member) BYTES_GROUP(_attr, _member, ALWAYS)
#define BYTES_GROUP(_attr, _member, _kind) \
	{ .kind = _kind, .attr = TCPMIG_A_##_attr, .offset = offsetof(struct tcpmig_state, _member), .type = NLA_BINARY, \
	  .size = sizeof(MEMBER(_member)) }
#define RANGE(_attr, _member, _min, _max) GROUP(_attr, _member, ALWAYS, _min, _max)
#define ANY(_attr, _member) RANGE(_attr, _member, 0, U32_MAX)
#define FLAG(_attr, _member) RANGE(_attr, _member, 0, 1)
#define AGE(_attr, _member) RANGE(_attr, _member, 0, AGE_MAX)
/* An age that may also be TCPMIG_NEVER. */
#define AGE_OR_NEVER(_attr, _member) ANY(_attr, _member)

#define AGE_MAX (1 << 30)
#define BUFFER_MAX (1 << 30)

static const struct field fields[] = {
	RANGE(VERSION, version, TCPMIG_STATE_VERSION, TCPMIG_STATE_VERSION),
	BYTES(LADDR, tuple.laddr), BYTES(RADDR, tuple.raddr),
	RANGE(LPORT, tuple.lport, 1, U16_MAX), RANGE(RPORT, tuple.rport, 1, U16_MAX),
	RANGE(FAMILY, family, AF_INET, AF_INET6), RANGE(TCP_STATE, tcp_state, TCP_ESTABLISHED, TCP_CLOSING),
	FLAG(ORPHAN, orphan), RANGE(SHUTDOWN, shutdown, 0, SHUTDOWN_MASK), FLAG(DONE, done),
	RANGE(ERROR, error, 0, MAX_ERRNO),

	ANY(RCV_NXT, rcv_nxt), ANY(COPIED_SEQ, copied_seq), ANY(RCV_WUP, rcv_wup), ANY(SND_UNA, snd_una),
	ANY(SND_NXT, snd_nxt), ANY(WRITE_SEQ, write_seq), ANY(SND_SML, snd_sml), ANY(PUSHED_SEQ, pushed_seq),

	ANY(SND_UP, snd_up), RANGE(URG_DATA, urg_data, 0, TCP_URG_READ | U8_MAX), ANY(URG_SEQ, urg_seq),

	ANY(SND_WL1, snd_wl1), RANGE(SND_WND, snd_wnd, 0, TCPMIG_WINDOW_MAX),
	RANGE(MAX_WINDOW, max_window, 0, TCPMIG_WINDOW_MAX), RANGE(RCV_WND, rcv_wnd, 0, TCPMIG_WINDOW_MAX),
	RANGE(RCV_SSTHRESH, rcv_ssthresh, 0, BUFFER_MAX),
	RANGE(WINDOW_CLAMP, window_clamp, 1, BUFFER_MAX), RANGE(RCVQ_SPACE, rcvq_space, 1, BUFFER_MAX),
	ANY(RCVQ_SEQ, rcvq_seq), ANY(RCVQ_AGE_US, rcvq_age_us), RANGE(RCV_RTT_US, rcv_rtt_us, 0, AGE_MAX),
	ANY(RCV_RTT_SEQ, rcv_rtt_seq), ANY(RCV_RTT_AGE_US, rcv_rtt_age_us),
	GROUP(SCALING_RATIO, scaling_ratio, SCALING_RATIO, 1, U8_MAX),
	GROUP(RCV_MWND_SEQ, rcv_mwnd_seq, MWND, 0, U32_MAX),

	FLAG(WSCALE_OK, wscale_ok), RANGE(SND_WSCALE, snd_wscale, 0, TCP_MAX_WSCALE),
	RANGE(RCV_WSCALE, rcv_wscale, 0, TCP_MAX_WSCALE), RANGE(SACK_OK, sack_ok, 0, 7), FLAG(TSTAMP_OK, tstamp_ok),
	RANGE(MSS_CLAMP, mss_clamp, TCP_MIN_MSS, U16_MAX), RANGE(ADVMSS, advmss, TCP_MIN_MSS, U16_MAX),
	ANY(USER_MSS, user_mss), FLAG(MTU_PROBING, mtu_probing), RANGE(ECN_FLAGS, ecn_flags, 0, 15),

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
	AGE_OR_NEVER(KEEPALIVE_LEFT_MS, keepalive_left_ms), FLAG(ACK_PENDING, ack_pending), ANY(ACK_QUICK, ack_quick),
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

	RANGE(SACKS, sacks, 0, TCP_NUM_SACKS), BYTES(SACK_BLOCKS, sack), FLAG(DSACK, dsack), BYTES(DSACK_BLOCK, dsack_block),

	RANGE(CWND, cwnd, 1, 1 << 24), ANY(CWND_CNT, cwnd_cnt), RANGE(CWND_CLAMP, cwnd_clamp, 1, U32_MAX),
	ANY(CWND_USED, cwnd_used), RANGE(SSTHRESH, ssthresh, 2, S32_MAX), RANGE(REORDERING, reordering, 1, 1000),
	AGE(CWND_AGE_MS, cwnd_age_ms), FLAG(CWND_LIMITED, cwnd_limited), ANY(MAX_PACKETS_OUT, max_packets_out),
	ANY(CWND_USAGE_SEQ, cwnd_usage_seq),
	ANY(PACING_RATE, pacing_rate), ANY(MAX_PACING_RATE, max_pacing_rate),
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
	GROUP(BBR_MIN_RTT_US, bbr.min_rtt_us, BBR, 0, U32_MAX), GROUP(BBR_MIN_RTT_AGE_MS, bbr.min_rtt_age_ms, BBR, 0, AGE_MAX),
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
	RANGE(PMTUDISC, pmtudisc, IP_PMTUDISC_DONT, IP_PMTUDISC_OMIT), ANY(TXHASH, txhash),
	GROUP(V6ONLY, v6only, V6, 0, 1), GROUP(TCLASS, tclass, V6, 0, U8_MAX),
	GROUP(HOP_LIMIT, hop_limit, V6, 0, U8_MAX), GROUP(MIN_HOP_LIMIT, min_hop_limit, V6, 0, U8_MAX),
	GROUP(PMTUDISC6, pmtudisc6, V6, IPV6_PMTUDISC_DONT, IPV6_PMTUDISC_OMIT),
	GROUP(FLOW_LABEL, flow_label, V6, 0, U32_MAX), GROUP(AUTOFLOWLABEL, autoflowlabel, V6, 0, 3),

	ANY(BYTES_SENT, bytes_sent), ANY(BYTES_ACKED, bytes_acked), ANY(BYTES_RECEIVED, bytes_received),
	ANY(BYTES_RETRANS, bytes_retrans), ANY(SEGS_IN, segs_in), ANY(SEGS_OUT, segs_out),
	ANY(TOTAL_RETRANS, total_retrans),
};

static const struct nla_policy ofo_policy[TCPMIG_A_MAX + 1] = {
	[TCPMIG_A_OFO_SEQ] = { .type = NLA_U32 },
	[TCPMIG_A_OFO_FIN] = { .type = NLA_U8 },
	[TCPMIG_A_OFO_DATA] = { .type = NLA_BINARY, .len = TCPMIG_OFO_CHUNK_MAX },
};

#define ADDRESS NLA_POLICY_EXACT_LEN(sizeof(MEMBER(tuple.laddr)))

static struct nla_policy policy[TCPMIG_A_MAX + 1] = {
	[TCPMIG_A_LADDR] = ADDRESS,
	[TCPMIG_A_RADDR] = ADDRESS,
	[TCPMIG_A_SACK_BLOCKS] = NLA_POLICY_EXACT_LEN(sizeof(MEMBER(sack))),
	[TCPMIG_A_DSACK_BLOCK] = NLA_POLICY_EXACT_LEN(sizeof(MEMBER(dsack_block))),
	[TCPMIG_A_BBR_BW] = NLA_POLICY_EXACT_LEN(sizeof(MEMBER(bbr.bw))),
	[TCPMIG_A_BBR_EXTRA] = NLA_POLICY_EXACT_LEN(sizeof(MEMBER(bbr.extra))),
	[TCPMIG_A_RTX_BUFFER] = NLA_POLICY_EXACT_LEN(sizeof(struct tcpmig_sent)),
	[TCPMIG_A_CA_NAME] = { .type = NLA_NUL_STRING, .len = TCP_CA_NAME_MAX - 1 },
	[TCPMIG_A_RCV_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_RTX_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_WRITE_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_OFO] = NLA_POLICY_NESTED(ofo_policy),
	[TCPMIG_A_OFO_SEQ] = { .type = NLA_REJECT },
	[TCPMIG_A_OFO_FIN] = { .type = NLA_REJECT },
	[TCPMIG_A_OFO_DATA] = { .type = NLA_REJECT },
};

/* Every attribute is in the policy: what is missing there would be taken unchecked. */
int __init tcpmig_state_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].type != NLA_BINARY)
			policy[fields[i].attr].type = fields[i].type;
	for (i = 1; i <= TCPMIG_A_MAX; i++)
		if (WARN(policy[i].type == NLA_UNSPEC, "tcpmig: attribute %u has no policy\n", i))
			return -EINVAL;
	return 0;
}

static bool field_here(const struct field *f, const struct tcpmig_state *s)
{
	switch (f->kind) {
	case SCALING_RATIO:
		return s->has_scaling_ratio;
	case MWND:
		return s->has_mwnd;
	case USEC_TS:
		return s->has_usec_ts;
	case CUBIC:
		return s->has_cubic;
	case BBR:
		return s->has_bbr;
	case V6:
		return s->has_v6;
	default:
		return true;
	}
}

static bool field_in_range(const struct field *f, const struct nlattr *a)
{
	s64 value;

	switch (f->type) {
	case NLA_U8:
		value = nla_get_u8(a);
		break;
	case NLA_U16:
		value = nla_get_u16(a);
		break;
	case NLA_U32:
		value = nla_get_u32(a);
		break;
	case NLA_S32:
		value = nla_get_s32(a);
		break;
	default:
		return true;
	}
	return value >= f->min && value <= f->max;
}

int tcpmig_state_encode(struct tcpmig_writer *w, const struct tcpmig_state *s)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];

		if (!field_here(f, s))
			continue;
		err = tcpmig_write_attr(w, f->attr, (const u8 *)s + f->offset, f->size);
		if (err)
			return err;
	}
	return tcpmig_write_attr(w, TCPMIG_A_CA_NAME, s->ca_name, strlen(s->ca_name) + 1);
}

/* Of what is wrong with a state, which came from another machine: a line now and then, not thousands. */
static int bad_attr(int attr, const char *why)
{
	pr_notice_ratelimited("state: attribute %d %s\n", attr, why);
	return -EBADMSG;
}

/* A scalar that is not there is only right for the optional groups, and then for a whole group. */
static int decode_field(const struct field *f, struct nlattr **tb, struct tcpmig_state *s)
{
	const struct nlattr *a = tb[f->attr];

	if (!a)
		return field_here(f, s) ? bad_attr(f->attr, "is missing") : 0;
	if (!field_here(f, s))
		return bad_attr(f->attr, "is there without its group");
	if (!field_in_range(f, a))
		return bad_attr(f->attr, "is out of range");
	memcpy((u8 *)s + f->offset, nla_data(a), f->size);
	return 0;
}

static int decode_ca_name(const struct nlattr *a, struct tcpmig_state *s)
{
	if (!a)
		return bad_attr(TCPMIG_A_CA_NAME, "is missing");
	nla_strscpy(s->ca_name, a, sizeof(s->ca_name));
	if (strlen(s->ca_name) + 1 != nla_len(a))
		return bad_attr(TCPMIG_A_CA_NAME, "is not a name");
	return 0;
}

/* What the kernel's parser lets pass: of two attributes it would take the last, and it skips types that it has no policy
 * for. */
static int attrs_check(const void *data, size_t size)
{
	DECLARE_BITMAP(seen, TCPMIG_A_MAX + 1) = {};
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a, data, size, rem) {
		if (a->nla_type & NLA_F_NET_BYTEORDER)
			return bad_attr(nla_type(a), "is not in host byte order");
		if (!nla_type(a) || (nla_type(a) > TCPMIG_A_MAX && !(nla_type(a) & TCPMIG_A_OPTIONAL)))
			return bad_attr(nla_type(a), "is unknown");
		if (nla_type(a) < TCPMIG_A_RCV_DATA && __test_and_set_bit(nla_type(a), seen))
			return bad_attr(nla_type(a), "is there twice");
	}
	return 0;
}

int tcpmig_state_decode(struct tcpmig_state *s, const void *data, size_t size)
{
	struct netlink_ext_ack extack = {};
	struct nlattr **tb;
	unsigned int i;
	int err;

	tb = kcalloc(TCPMIG_A_MAX + 1, sizeof(*tb), GFP_KERNEL);
	if (!tb)
		return -ENOMEM;
	err = __nla_parse(tb, TCPMIG_A_MAX, data, size, policy, NL_VALIDATE_STRICT & ~NL_VALIDATE_MAXTYPE, &extack);
	if (err) {
		err = bad_attr(extack.bad_attr ? nla_type(extack.bad_attr) : -1, extack._msg ?: "is malformed");
		goto out;
	}
	err = attrs_check(data, size);
	if (err)
		goto out;
	s->has_scaling_ratio = tb[TCPMIG_A_SCALING_RATIO];
	s->has_mwnd = tb[TCPMIG_A_RCV_MWND_SEQ];
	s->has_usec_ts = tb[TCPMIG_A_USEC_TS];
	s->has_cubic = tb[TCPMIG_A_CUBIC_CNT];
	s->has_bbr = tb[TCPMIG_A_BBR_MIN_RTT_US];
	s->has_v6 = tb[TCPMIG_A_V6ONLY];
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		err = decode_field(&fields[i], tb, s);
		if (err)
			goto out;
	}
	err = decode_ca_name(tb[TCPMIG_A_CA_NAME], s);
out:
	kfree(tb);
	return err;
}

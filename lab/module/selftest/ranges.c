// SPDX-License-Identifier: GPL-2.0-only
/* What a scalar may be, said once more and apart from the module, which has to agree. */
#include "attribute.h"

#include <string.h>

#define U8 UINT8_MAX
#define U16 UINT16_MAX
#define U32 UINT32_MAX
#define S32 INT32_MAX
#define AGE (1 << 30)           /* ages and buffers */
#define WINDOW (65535ll << 14)  /* RFC 7323, 2.3 */
#define MSS 88                  /* the kernel's smallest */
#define SEGMENTS (1 << 24)

#define RANGE(type, min, max) { TCPMIG_A_##type, min, max, false }
#define TIED(type, min, max) { TCPMIG_A_##type, min, max, true }

const struct range ranges[] = {
	RANGE(VERSION, TCPMIG_STATE_VERSION, TCPMIG_STATE_VERSION), TIED(LPORT, 1, U16), TIED(RPORT, 1, U16),
	TIED(FAMILY, 2, 10), TIED(TCP_STATE, 1, 11), TIED(ORPHAN, 0, 1), TIED(SHUTDOWN, 0, 3), TIED(DONE, 0, 1),
	RANGE(ERROR, 0, 4095), TIED(URG_DATA, 0, 0x4ff), TIED(SND_WND, 0, WINDOW), TIED(MAX_WINDOW, 0, WINDOW), TIED(RCV_WND, 0, WINDOW),
	RANGE(RCV_SSTHRESH, 0, AGE), RANGE(WINDOW_CLAMP, 1, AGE), RANGE(RCVQ_SPACE, 1, AGE), RANGE(RCV_RTT_US, 0, AGE),
	RANGE(SCALING_RATIO, 1, U8), TIED(WSCALE_OK, 0, 1), TIED(SND_WSCALE, 0, 14), TIED(RCV_WSCALE, 0, 14),
	RANGE(SACK_OK, 0, 7), RANGE(TSTAMP_OK, 0, 1), RANGE(MSS_CLAMP, MSS, U16), RANGE(ADVMSS, MSS, U16),
	RANGE(MTU_PROBING, 0, 1), RANGE(ECN_FLAGS, 0, 15), RANGE(USEC_TS, 0, 1), RANGE(LSND_AGE_MS, 0, AGE),
	RANGE(LRCV_AGE_MS, 0, AGE), RANGE(ACK_AGE_MS, 0, AGE), RANGE(SRTT_US, 0, S32), RANGE(MDEV_US, 0, S32),
	RANGE(MDEV_MAX_US, 0, S32), RANGE(RTTVAR_US, 0, S32), RANGE(RTO_MS, 1, 120000), RANGE(RTO_MIN_MS, 1, 120000),
	RANGE(DELACK_MAX_MS, 1, 120000), RANGE(BACKOFF, 0, 31), RANGE(TIMER, 0, 6), RANGE(TIMER_LEFT_MS, 0, AGE),
	RANGE(ACK_ATO_MS, 0, 1000), RANGE(ACK_RCV_MSS, MSS, U16), RANGE(CWND, 1, SEGMENTS),
	RANGE(CWND_CLAMP, 1, U32), RANGE(SSTHRESH, 2, S32), RANGE(REORDERING, 1, 1000),
	TIED(CA_STATE, 0, 4), RANGE(UNDO_RETRANS, -1, SEGMENTS), RANGE(PRIOR_SSTHRESH, 0, S32),
	RANGE(PRIOR_CWND, 0, SEGMENTS), RANGE(PRR_DELIVERED, 0, SEGMENTS), RANGE(PRR_OUT, 0, SEGMENTS),
	RANGE(FRTO, 0, 1), RANGE(TLP_RETRANS, 0, 1), RANGE(SACK_RENEG, 0, 1), RANGE(RACK_PERSIST, 0, 31),
	RANGE(RACK_DSACK, 0, 1), RANGE(RACK_ADVANCED, 0, 1), RANGE(RATE_APP_LIMITED, 0, 1), TIED(SACKS, 0, 4),
	RANGE(DSACK, 0, 1), RANGE(CWND_AGE_MS, 0, AGE), RANGE(CWND_LIMITED, 0, 1),
	RANGE(CUBIC_LAST_MAX, 0, SEGMENTS), TIED(CUBIC_LAST_CWND, 0, SEGMENTS), RANGE(CUBIC_ORIGIN, 0, SEGMENTS),
	RANGE(CUBIC_DELAY_MIN_US, 0, AGE), RANGE(CUBIC_ACK_CNT, 0, 1 << 20), RANGE(RCVBUF, 128, AGE),
	RANGE(SNDBUF, 128, AGE), RANGE(BUF_LOCK, 0, 3), RANGE(RCVLOWAT, 1, S32), RANGE(REUSE, 0, 1),
	RANGE(REUSEPORT, 0, 1), RANGE(KEEPALIVE, 0, 1), RANGE(OOBINLINE, 0, 1), RANGE(LINGER, 0, 1),
	RANGE(LINGER2_MS, -1, 120000), RANGE(NONAGLE, 0, 7), RANGE(THIN_LTO, 0, 1), RANGE(INQ, 0, 1),
	RANGE(KEEPIDLE_MS, 0, 32767000), RANGE(KEEPINTVL_MS, 0, 32767000), RANGE(KEEPCNT, 0, 127),
	RANGE(SYNCNT, 0, 127), RANGE(USER_TIMEOUT_MS, 0, S32), RANGE(PMTUDISC, 0, 5), RANGE(SAVE_SYN, 0, 2),
};
const size_t ranges_count = sizeof(ranges) / sizeof(*ranges);

bool attribute_is_optional(uint16_t type)
{
	return type == TCPMIG_A_SCALING_RATIO || type == TCPMIG_A_RCV_MWND_SEQ || type == TCPMIG_A_USEC_TS;
}

bool attribute_is_cubic(uint16_t type)
{
	return type >= TCPMIG_A_CUBIC_CNT && type <= TCPMIG_A_CUBIC_CURR_RTT_US;
}

int64_t range_value(const struct state *s, size_t at)
{
	uint64_t value = 0;

	memcpy(&value, attribute_data(s, at), attribute_len(s, at));
	return attribute_at(s, at)->nla_type == TCPMIG_A_LINGER2_MS || attribute_at(s, at)->nla_type == TCPMIG_A_UNDO_RETRANS ?
	       (int32_t)value : (int64_t)value;
}

/* Every header fits and is known; only such bytes can be walked. */
bool state_is_whole(const struct state *s)
{
	size_t at = 0;

	while (at + NLA_HDRLEN <= s->size) {
		const struct nlattr *a = attribute_at(s, at);
		uint16_t type = a->nla_type == (TCPMIG_A_OFO | NLA_F_NESTED) ? TCPMIG_A_OFO : a->nla_type;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > s->size - at || !type || (type > TCPMIG_A_OFO && !(type & TCPMIG_A_OPTIONAL)))
			return false;
		at += NLA_ALIGN(a->nla_len);
	}
	return at == s->size || at == NLA_ALIGN(s->size);
}

static bool is_in_range(const struct state *s, size_t at)
{
	for (size_t i = 0; i < ranges_count; i++)
		if (ranges[i].type == attribute_at(s, at)->nla_type)
			return range_value(s, at) >= ranges[i].min && range_value(s, at) <= ranges[i].max;
	return true;
}

bool scalars_are_lawful(const struct state *s, const struct state *model)
{
	bool seen[TCPMIG_A_MAX + 1] = {};

	if (!state_is_whole(s))
		return false;
	attribute_for_each(at, s) {
		uint16_t type = attribute_at(s, at)->nla_type;
		size_t like = attribute_find(model, type);

		/* Also what is optional: its bit makes the number large. */
		if (attribute_is_queue(type & NLA_TYPE_MASK))
			continue;
		if (seen[type] || like == model->size || attribute_len(s, at) != attribute_len(model, like) ||
		    !is_in_range(s, at))
			return false;
		seen[type] = true;
	}
	attribute_for_each(at, model) {
		uint16_t type = attribute_at(model, at)->nla_type & NLA_TYPE_MASK;

		if (!attribute_is_queue(type) && !seen[type] && !attribute_is_optional(type))
			return false;
	}
	return true;
}

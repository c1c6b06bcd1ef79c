// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of a state: which there are, and the bytes in which they are. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "libtcpmig.h"

/* The interface's own list, so that a new attribute is known here by its name. */
static const char *const names[] = {
#define ATTRIBUTE(name) [TCPMIG_A_##name] = #name,
#include "attribute-names.h"
#undef ATTRIBUTE
};

#define COUNT (sizeof(names) / sizeof(*names))

_Static_assert(COUNT == __TCPMIG_A_MAX, "a name for each attribute");

/* What a name's end does not tell. */
static const struct {
	uint16_t type;
	const char *unit;
} units[] = {
	{ TCPMIG_A_RCV_NXT, "seq" }, { TCPMIG_A_COPIED_SEQ, "seq" }, { TCPMIG_A_RCV_WUP, "seq" },
	{ TCPMIG_A_SND_UNA, "seq" }, { TCPMIG_A_SND_NXT, "seq" }, { TCPMIG_A_WRITE_SEQ, "seq" },
	{ TCPMIG_A_SND_SML, "seq" }, { TCPMIG_A_SND_UP, "seq" }, { TCPMIG_A_SND_WL1, "seq" },
	{ TCPMIG_A_UNDO_MARKER, "seq" }, { TCPMIG_A_SACK_BLOCKS, "seq" }, { TCPMIG_A_DSACK_BLOCK, "seq" },
	{ TCPMIG_A_SND_WND, "bytes" }, { TCPMIG_A_MAX_WINDOW, "bytes" }, { TCPMIG_A_RCV_WND, "bytes" },
	{ TCPMIG_A_RCV_SSTHRESH, "bytes" }, { TCPMIG_A_WINDOW_CLAMP, "bytes" }, { TCPMIG_A_RCVQ_SPACE, "bytes" },
	{ TCPMIG_A_SCALING_RATIO, "/256" }, { TCPMIG_A_SND_WSCALE, "bits" }, { TCPMIG_A_RCV_WSCALE, "bits" },
	{ TCPMIG_A_MSS_CLAMP, "bytes" }, { TCPMIG_A_ADVMSS, "bytes" }, { TCPMIG_A_USER_MSS, "bytes" },
	{ TCPMIG_A_MSS_CACHE, "bytes" }, { TCPMIG_A_ACK_RCV_MSS, "bytes" }, { TCPMIG_A_ACK_LAST_SEG, "bytes" },
	{ TCPMIG_A_SRTT_US, "us/8" }, { TCPMIG_A_MDEV_US, "us/4" },
	{ TCPMIG_A_PRIOR_SSTHRESH, "segments" }, { TCPMIG_A_PRIOR_CWND, "segments" },
	{ TCPMIG_A_PRR_DELIVERED, "segments" }, { TCPMIG_A_PRR_OUT, "segments" },
	{ TCPMIG_A_UNDO_RETRANS, "segments" }, { TCPMIG_A_DELIVERED, "segments" },
	{ TCPMIG_A_DELIVERED_CE, "segments" }, { TCPMIG_A_LOST, "segments" }, { TCPMIG_A_APP_LIMITED, "segments" },
	{ TCPMIG_A_RATE_DELIVERED, "segments" }, { TCPMIG_A_RACK_DELIVERED, "segments" },
	{ TCPMIG_A_DUPACKS, "segments" }, { TCPMIG_A_DSACK_DUPS, "segments" },
	{ TCPMIG_A_CWND, "segments" }, { TCPMIG_A_CWND_CNT, "segments" }, { TCPMIG_A_CWND_CLAMP, "segments" },
	{ TCPMIG_A_CWND_USED, "segments" }, { TCPMIG_A_SSTHRESH, "segments" }, { TCPMIG_A_REORDERING, "segments" },
	{ TCPMIG_A_MAX_PACKETS_OUT, "segments" }, { TCPMIG_A_PACING_RATE, "bytes/s" },
	{ TCPMIG_A_MAX_PACING_RATE, "bytes/s" }, { TCPMIG_A_CUBIC_CNT, "segments" },
	{ TCPMIG_A_CUBIC_LAST_MAX, "segments" }, { TCPMIG_A_CUBIC_LAST_CWND, "segments" },
	{ TCPMIG_A_CUBIC_ORIGIN, "segments" }, { TCPMIG_A_CUBIC_K, "s/1024" }, { TCPMIG_A_CUBIC_ACK_CNT, "segments" },
	{ TCPMIG_A_CUBIC_TCP_CWND, "segments" }, { TCPMIG_A_BBR_PRIOR_CWND, "segments" },
	{ TCPMIG_A_BBR_PACING_GAIN, "/256" }, { TCPMIG_A_BBR_CWND_GAIN, "/256" }, { TCPMIG_A_RCVBUF, "bytes" },
	{ TCPMIG_A_SNDBUF, "bytes" }, { TCPMIG_A_RCVLOWAT, "bytes" }, { TCPMIG_A_NOTSENT_LOWAT, "bytes" },
	{ TCPMIG_A_BYTES_SENT, "bytes" }, { TCPMIG_A_BYTES_ACKED, "bytes" }, { TCPMIG_A_BYTES_RECEIVED, "bytes" },
	{ TCPMIG_A_BYTES_RETRANS, "bytes" }, { TCPMIG_A_SEGS_IN, "segments" }, { TCPMIG_A_SEGS_OUT, "segments" },
	{ TCPMIG_A_TOTAL_RETRANS, "segments" }, { TCPMIG_A_BACKLOG, "connections" },
};

static const struct {
	uint16_t type;
	enum tcpmig_kind kind;
} kinds[] = {
	{ TCPMIG_A_LADDR, TCPMIG_KIND_ADDRESS }, { TCPMIG_A_RADDR, TCPMIG_KIND_ADDRESS },
	{ TCPMIG_A_LPORT, TCPMIG_KIND_PORT }, { TCPMIG_A_RPORT, TCPMIG_KIND_PORT },
	{ TCPMIG_A_CA_NAME, TCPMIG_KIND_TEXT }, { TCPMIG_A_UNDO_RETRANS, TCPMIG_KIND_SIGNED },
	{ TCPMIG_A_LINGER2_MS, TCPMIG_KIND_SIGNED }, { TCPMIG_A_SACK_BLOCKS, TCPMIG_KIND_NUMBERS },
	{ TCPMIG_A_DSACK_BLOCK, TCPMIG_KIND_NUMBERS }, { TCPMIG_A_BBR_BW, TCPMIG_KIND_NUMBERS },
	{ TCPMIG_A_BBR_EXTRA, TCPMIG_KIND_NUMBERS }, { TCPMIG_A_RTX_BUFFER, TCPMIG_KIND_SENT },
	{ TCPMIG_A_RCV_DATA, TCPMIG_KIND_DATA }, { TCPMIG_A_RTX_DATA, TCPMIG_KIND_DATA },
	{ TCPMIG_A_WRITE_DATA, TCPMIG_KIND_DATA }, { TCPMIG_A_OFO_DATA, TCPMIG_KIND_DATA },
	{ TCPMIG_A_OFO, TCPMIG_KIND_NEST }, { TCPMIG_A_HANDSHAKE, TCPMIG_KIND_HANDSHAKE },
	{ TCPMIG_A_SAVED_SYN, TCPMIG_KIND_DATA },
};

const char *tcpmig_attribute_name(uint16_t type)
{
	return type < COUNT ? names[type] ?: "UNSPEC" : NULL;
}

static const char *unit_of(uint16_t type, const char *name)
{
	static const char *const ends[][2] = { { "_US", "us" }, { "_MS", "ms" }, { "_S", "s" }, { "_SEQ", "seq" } };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (units[i].type == type)
			return units[i].unit;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t end = strlen(ends[i][0]);

		if (length > end && !strcmp(name + length - end, ends[i][0]))
			return ends[i][1];
	}
	return "";
}

static enum tcpmig_kind kind_of(uint16_t type, uint32_t size)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].kind;
	return size == 1 || size == 2 || size == 4 || size == 8 ? TCPMIG_KIND_NUMBER : TCPMIG_KIND_UNKNOWN;
}

static void describe(struct tcpmig_field *field, uint16_t head)
{
	uint16_t type = head & NLA_TYPE_MASK;

	field->optional = type & TCPMIG_A_OPTIONAL;
	field->type = type & ~TCPMIG_A_OPTIONAL;
	field->name = field->type && field->type < COUNT ? names[field->type] : "?";
	field->unit = unit_of(field->type, field->name);
	field->kind = *field->name == '?' ? TCPMIG_KIND_UNKNOWN : kind_of(field->type, field->size);
}

int tcpmig_state_next(const struct tcpmig_state *state, uint32_t *at, struct tcpmig_field *field)
{
	struct nlattr head;
	uint32_t left = *at < state->size ? state->size - *at : 0;

	*field = (struct tcpmig_field){};
	if (!left)
		return 0;
	if (left < NLA_HDRLEN)
		return -EBADMSG;
	memcpy(&head, (const char *)state->bytes + *at, sizeof(head));
	if (head.nla_len < NLA_HDRLEN || head.nla_len > left)
		return -EBADMSG;
	field->data = (const char *)state->bytes + *at + NLA_HDRLEN;
	field->size = head.nla_len - NLA_HDRLEN;
	describe(field, head.nla_type);
	/* What follows the last one's data may be missing. */
	*at += (uint32_t)NLA_ALIGN(head.nla_len) < left ? (uint32_t)NLA_ALIGN(head.nla_len) : left;
	return 1;
}

int tcpmig_state_find(const struct tcpmig_state *state, uint16_t type, struct tcpmig_field *field)
{
	uint32_t at = 0;
	int more;

	while ((more = tcpmig_state_next(state, &at, field)) == 1)
		if (field->type == type)
			return 1;
	return more;
}

int64_t tcpmig_field_number(const struct tcpmig_field *field)
{
	uint64_t value = 0;

	if (field->size > sizeof(value) || field->kind > TCPMIG_KIND_PORT)
		return 0;
	memcpy(&value, field->data, field->size);
	if (field->kind == TCPMIG_KIND_PORT)
		return ntohs(value);
	return field->kind == TCPMIG_KIND_SIGNED && field->size == 4 ? (int32_t)value : (int64_t)value;
}

static int copy(const struct tcpmig_state *state, uint16_t type, void *to, uint32_t size)
{
	struct tcpmig_field field;

	if (tcpmig_state_find(state, type, &field) != 1 || field.size != size)
		return -EBADMSG;
	memcpy(to, field.data, size);
	return 0;
}

int tcpmig_state_tuple(const struct tcpmig_state *state, struct tcpmig_tuple *tuple)
{
	return copy(state, TCPMIG_A_LADDR, tuple->laddr, sizeof(tuple->laddr)) ?:
	       copy(state, TCPMIG_A_RADDR, tuple->raddr, sizeof(tuple->raddr)) ?:
	       copy(state, TCPMIG_A_LPORT, &tuple->lport, sizeof(tuple->lport)) ?:
	       copy(state, TCPMIG_A_RPORT, &tuple->rport, sizeof(tuple->rport));
}

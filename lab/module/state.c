// SPDX-License-Identifier: GPL-2.0-only
/* Fields to netlink attributes and back, by the table in fields.c. */
#include <net/netlink.h>

#include "module.h"
#include "fields.h"

static const struct nla_policy ofo_policy[TCPMIG_A_MAX + 1] = {
	[TCPMIG_A_OFO_SEQ] = { .type = NLA_U32 },
	[TCPMIG_A_OFO_FIN] = { .type = NLA_U8 },
	[TCPMIG_A_OFO_DATA] = { .type = NLA_BINARY, .len = TCPMIG_OFO_CHUNK_MAX },
};

#define EXACTLY(member) NLA_POLICY_EXACT_LEN(sizeof(((struct tcpmig_state *)0)->member))

static struct nla_policy policy[TCPMIG_A_MAX + 1] = {
	[TCPMIG_A_LADDR] = EXACTLY(tuple.laddr),
	[TCPMIG_A_RADDR] = EXACTLY(tuple.raddr),
	[TCPMIG_A_SACK_BLOCKS] = EXACTLY(sack),
	[TCPMIG_A_DSACK_BLOCK] = EXACTLY(dsack_block),
	[TCPMIG_A_BBR_BW] = EXACTLY(bbr.bw),
	[TCPMIG_A_BBR_EXTRA] = EXACTLY(bbr.extra),
	[TCPMIG_A_RTX_BUFFER] = NLA_POLICY_EXACT_LEN(sizeof(struct tcpmig_sent)),
	[TCPMIG_A_CA_NAME] = { .type = NLA_NUL_STRING, .len = TCP_CA_NAME_MAX - 1 },
	[TCPMIG_A_RCV_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_RTX_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_WRITE_DATA] = { .type = NLA_BINARY, .len = TCPMIG_CHUNK_MAX },
	[TCPMIG_A_OFO] = NLA_POLICY_NESTED(ofo_policy),
	[TCPMIG_A_HANDSHAKE] = NLA_POLICY_EXACT_LEN(sizeof(struct tcpmig_handshake)),
	[TCPMIG_A_SAVED_SYN] = NLA_POLICY_RANGE(NLA_BINARY, sizeof(struct tcpmig_saved_syn),
						sizeof(struct tcpmig_saved_syn) + TCPMIG_SAVED_SYN_MAX),
	[TCPMIG_A_OFO_SEQ] = { .type = NLA_REJECT },
	[TCPMIG_A_OFO_FIN] = { .type = NLA_REJECT },
	[TCPMIG_A_OFO_DATA] = { .type = NLA_REJECT },
};

/* Every attribute is in the policy: what is missing there would be taken unchecked. */
int __init tcpmig_state_init(void)
{
	unsigned int i;

	for (i = 0; i < tcpmig_fields_count; i++)
		if (tcpmig_fields[i].type != NLA_BINARY)
			policy[tcpmig_fields[i].attr].type = tcpmig_fields[i].type;
	for (i = 1; i <= TCPMIG_A_MAX; i++)
		if (WARN(policy[i].type == NLA_UNSPEC, "tcpmig: attribute %u has no policy\n", i))
			return -EINVAL;
	return 0;
}

static bool field_here(const struct tcpmig_field *f, const struct tcpmig_state *s)
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
	case CONNECTION:
		return s->tcp_state != TCP_LISTEN;
	case WAITING:
		return s->waiting;
	case LISTENER:
		return s->tcp_state == TCP_LISTEN;
	case SHARE:
		return s->has_share;
	default:
		return true;
	}
}

static bool field_in_range(const struct tcpmig_field *f, const struct nlattr *a)
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

	for (i = 0; i < tcpmig_fields_count; i++) {
		const struct tcpmig_field *f = &tcpmig_fields[i];

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
static int decode_field(const struct tcpmig_field *f, struct nlattr **tb, struct tcpmig_state *s)
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

static bool attr_repeats(int attr)
{
	return (attr >= TCPMIG_A_RCV_DATA && attr <= TCPMIG_A_OFO_DATA) || attr == TCPMIG_A_HANDSHAKE ||
	       attr == TCPMIG_A_SAVED_SYN || attr > TCPMIG_A_MAX;
}

/* What the kernel's parser lets pass: of two attributes it would take the last, and it skips types that it has no
 * policy for. */
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
		if (!attr_repeats(nla_type(a)) && __test_and_set_bit(nla_type(a), seen))
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
	s->has_share = tb[TCPMIG_A_SYN_SHARE];
	s->waiting = !!tb[TCPMIG_A_WAITING];
	for (i = 0; i < tcpmig_fields_count; i++) {
		err = decode_field(&tcpmig_fields[i], tb, s);
		if (err)
			goto out;
	}
	err = decode_ca_name(tb[TCPMIG_A_CA_NAME], s);
out:
	kfree(tb);
	return err;
}

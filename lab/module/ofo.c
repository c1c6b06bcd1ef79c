// SPDX-License-Identifier: GPL-2.0-only
/* The out-of-order queue has no way in but the receive path: its pieces come as segments from the peer once more. */
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static void header_fill(struct tcphdr *th, const struct tcpmig_state *s, u32 seq)
{
	*th = (struct tcphdr){ .source = s->tuple.rport, .dest = s->tuple.lport, .seq = htonl(seq),
			       .ack_seq = htonl(s->snd_una), .doff = sizeof(*th) / 4, .ack = 1,
			       .window = htons(min_t(u32, s->snd_wnd >> s->snd_wscale, U16_MAX)) };
}

/* No timestamp option: a segment without one passes PAWS and leaves TS.Recent alone. */
static struct sk_buff *segment_make(const struct tcpmig_state *s, u32 seq, const void *data, u32 len)
{
	struct tcphdr *th;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(sizeof(*th), len, PAGE_ALLOC_COSTLY_ORDER, &err, GFP_KERNEL);
	if (!skb)
		return NULL;
	th = skb_put(skb, sizeof(*th));
	skb_reset_transport_header(skb);
	header_fill(th, s, seq);
	skb->len += len;
	skb->data_len = len;
	if (skb_store_bits(skb, sizeof(*th), data, len)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	memset(TCP_SKB_CB(skb), 0, sizeof(struct tcp_skb_cb));
	TCP_SKB_CB(skb)->seq = seq;
	TCP_SKB_CB(skb)->end_seq = seq + len;
	TCP_SKB_CB(skb)->ack_seq = s->snd_una;
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_ACK;
	return skb;
}

/* A piece that finds no memory is lost as if on the wire: the peer sends it again. */
static void piece_import(struct sock *sk, const struct tcpmig_state *s, const struct nlattr *nest)
{
	const struct nlattr *data = nla_find_nested(nest, TCPMIG_A_OFO_DATA);
	u32 seq = nla_get_u32(nla_find_nested(nest, TCPMIG_A_OFO_SEQ));
	struct sk_buff *skb = segment_make(s, seq, nla_data(data), nla_len(data));

	if (skb)
		sk->sk_backlog_rcv(sk, skb);
}

void tcpmig_ofo_import(struct sock *sk, const struct tcpmig_state *s, const void *data, size_t size)
{
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a, data, size, rem)
		if (nla_type(a) == TCPMIG_A_OFO)
			piece_import(sk, s, a);
	tcp_sk(sk)->snd_wl1 = s->snd_wl1;
}

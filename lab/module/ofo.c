// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pieces of the out-of-order queue: into its tree as they were in the origin's, in order of their numbers. And a
 * FIN that nobody has read, which is a piece without bytes at the end of the receive queue.
 */
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static struct sk_buff *piece_make(u32 seq, const void *data, u32 len, bool fin)
{
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(0, len, PAGE_ALLOC_COSTLY_ORDER, &err, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb->len = len;
	skb->data_len = len;
	if (len && skb_store_bits(skb, 0, data, len)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	memset(TCP_SKB_CB(skb), 0, sizeof(struct tcp_skb_cb));
	TCP_SKB_CB(skb)->seq = seq;
	TCP_SKB_CB(skb)->end_seq = seq + len + fin;
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_ACK | (fin ? TCPHDR_FIN : 0);
	return skb;
}

/* As tcp_data_queue_ofo does at the end of the tree. */
static void piece_append(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node **p = &tp->out_of_order_queue.rb_node, *parent = NULL;

	while (*p) {
		parent = *p;
		p = &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, p);
	rb_insert_color(&skb->rbnode, &tp->out_of_order_queue);
	tp->ooo_last_skb = skb;
	skb_set_owner_r(skb, sk);
}

static int piece_account(struct sock *sk, struct sk_buff *skb)
{
	if (!skb)
		return -ENOMEM;
	if (sk_rmem_schedule(sk, skb, skb->truesize))
		return 0;
	kfree_skb(skb);
	return -ENOBUFS;
}

int tcpmig_fin_import(struct sock *sk, u32 seq)
{
	struct sk_buff *skb = piece_make(seq, NULL, 0, true);
	int err = piece_account(sk, skb);

	if (err)
		return err;
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	skb_set_owner_r(skb, sk);
	return 0;
}

static int piece_import(struct sock *sk, const struct nlattr *nest)
{
	const struct nlattr *data = nla_find_nested(nest, TCPMIG_A_OFO_DATA);
	u32 seq = nla_get_u32(nla_find_nested(nest, TCPMIG_A_OFO_SEQ));
	bool fin = nla_get_u8(nla_find_nested(nest, TCPMIG_A_OFO_FIN));
	struct sk_buff *skb = piece_make(seq, nla_data(data), nla_len(data), fin);
	int err = piece_account(sk, skb);

	if (!err)
		piece_append(sk, skb);
	return err;
}

int tcpmig_ofo_import(struct sock *sk, const void *data, size_t size)
{
	const struct nlattr *a;
	int rem, err;

	nla_for_each_attr(a, data, size, rem) {
		if (nla_type(a) != TCPMIG_A_OFO)
			continue;
		err = piece_import(sk, a);
		if (err)
			return err;
	}
	return 0;
}

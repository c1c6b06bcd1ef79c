// SPDX-License-Identifier: GPL-2.0-only
/* The end of a connection that no program has, at its origin: only a segment can bring it about, so it gets one. */
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static struct sk_buff *reset_make(const struct tcpmig_state *s)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct tcphdr), GFP_KERNEL);
	struct tcphdr *th;

	if (!skb)
		return NULL;
	th = skb_put(skb, sizeof(*th));
	*th = (struct tcphdr){ .source = s->tuple.rport, .dest = s->tuple.lport, .seq = htonl(s->rcv_nxt),
			       .doff = sizeof(*th) / 4, .rst = 1 };
	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = tcpmig_tuple_is_ipv4(&s->tuple) ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	memset(TCP_SKB_CB(skb), 0, sizeof(struct tcp_skb_cb));
	TCP_SKB_CB(skb)->seq = s->rcv_nxt;
	TCP_SKB_CB(skb)->end_seq = s->rcv_nxt;
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_RST;
	return skb;
}

/* Without memory for the segment the connection stays in CLOSE and in no table: it is lost memory, and says nothing. */
void tcpmig_orphan_destroy(struct sock *sk, const struct tcpmig_state *s)
{
	struct sk_buff *skb = reset_make(s);

	if (skb)
		sk->sk_backlog_rcv(sk, skb);
	else
		tcpmig_tcp_state_store(sk, TCP_CLOSE);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handshakes at the destination. What makes one is not exported by every kernel, so each is made as any other is, by a
 * SYN like the one that began it; the answer is held back, and then the numbers are set to the origin's.
 */
#include <linux/netfilter.h>
#include <net/ip6_route.h>
#include <net/netlink.h>
#include <net/route.h>
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

static const char *handshake_contradiction(const struct tcpmig_state *s, const struct tcpmig_handshake *h)
{
	bool ipv4 = tcpmig_tuple_is_ipv4(&h->tuple);

	if (s->tcp_state != TCP_LISTEN)
		return "a handshake without a listening socket";
	if (h->tuple.lport != s->tuple.lport || !h->tuple.rport)
		return "ports of a handshake";
	if (ipv4 != ipv6_addr_v4mapped(tcpmig_tuple_raddr6(&h->tuple)) ||
	    (ipv4 ? s->has_v6 && s->v6only : s->family == AF_INET))
		return "address family of a handshake";
	if (!tcpmig_tuple_is_any(&s->tuple) && memcmp(h->tuple.laddr, s->tuple.laddr, sizeof(h->tuple.laddr)))
		return "local address of a handshake";
	if (h->mss < TCP_MIN_MSS || h->rcv_wnd > TCPMIG_WINDOW_MAX || h->window_clamp > TCPMIG_BUFFER_MAX ||
	    h->left_ms > STAMP_AGE_MAX_MS || h->timeouts > 127 || h->flags & ~TCPMIG_HANDSHAKE_FLAGS)
		return "numbers of a handshake";
	if (h->snd_wscale > TCP_MAX_WSCALE || h->rcv_wscale > TCP_MAX_WSCALE ||
	    (!(h->flags & TCPMIG_HANDSHAKE_WSCALE) && (h->snd_wscale || h->rcv_wscale)))
		return "window scale of a handshake";
	if (h->flags & TCPMIG_HANDSHAKE_USEC_TS && !COMPAT_HAS_USEC_TS)
		return "this kernel's timestamps are milliseconds";
	return NULL;
}

int tcpmig_handshakes_check(struct tcpmig_state *s, const void *data, size_t size)
{
	const struct nlattr *a;
	const char *why;
	int rem;

	nla_for_each_attr(a, data, size, rem) {
		if (nla_type(a) != TCPMIG_A_HANDSHAKE)
			continue;
		why = handshake_contradiction(s, nla_data(a));
		if (why) {
			pr_notice_ratelimited("state: contradiction: %s\n", why);
			return -EBADMSG;
		}
		s->handshakes++;
	}
	return 0;
}

/* The options that the peer offered, as far as they were agreed on (RFC 9293, 3.2; 7323; 2018). */
static unsigned int options_write(u8 *to, const struct tcpmig_handshake *h)
{
	u8 *at = to;

	*at++ = TCPOPT_MSS;
	*at++ = TCPOLEN_MSS;
	put_unaligned_be16(h->mss, at);
	at += 2;
	*at++ = h->flags & TCPMIG_HANDSHAKE_SACK ? TCPOPT_SACK_PERM : TCPOPT_NOP;
	*at++ = h->flags & TCPMIG_HANDSHAKE_SACK ? TCPOLEN_SACK_PERM : TCPOPT_NOP;
	if (h->flags & TCPMIG_HANDSHAKE_TSTAMP) {
		*at++ = TCPOPT_TIMESTAMP;
		*at++ = TCPOLEN_TIMESTAMP;
		put_unaligned_be32(h->ts_recent, at);
		put_unaligned_be32(0, at + 4);
		at += 8;
	}
	if (h->flags & TCPMIG_HANDSHAKE_WSCALE) {
		*at++ = TCPOPT_WINDOW;
		*at++ = TCPOLEN_WINDOW;
		*at++ = h->snd_wscale;
	}
	while ((at - to) % 4)
		*at++ = TCPOPT_NOP;
	return at - to;
}

#define OPTIONS_MAX 20

static void network_header_put(struct sk_buff *skb, const struct tcpmig_handshake *h, unsigned int payload)
{
	const struct tcpmig_tuple *t = &h->tuple;

	skb_reset_network_header(skb);
	if (tcpmig_tuple_is_ipv4(t)) {
		struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

		*ip = (struct iphdr){ .version = 4, .ihl = 5, .tos = h->syn_tos, .protocol = IPPROTO_TCP, .ttl = 64,
				      .tot_len = htons(sizeof(*ip) + payload),
				      .saddr = tcpmig_tuple_raddr4(t), .daddr = tcpmig_tuple_laddr4(t) };
		skb->protocol = htons(ETH_P_IP);
	} else {
		struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

		ip6_flow_hdr(ip, h->syn_tos, 0);
		ip->payload_len = htons(payload);
		ip->nexthdr = IPPROTO_TCP;
		ip->hop_limit = 64;
		ip->saddr = *tcpmig_tuple_raddr6(t);
		ip->daddr = *tcpmig_tuple_laddr6(t);
		skb->protocol = htons(ETH_P_IPV6);
	}
}

/* As a listener finds it: behind its IP header. */
static struct sk_buff *syn_make(const struct tcpmig_handshake *h)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct ipv6hdr) + sizeof(struct tcphdr) + OPTIONS_MAX, GFP_KERNEL);
	u8 options[OPTIONS_MAX];
	unsigned int size, network;
	struct tcphdr *th;

	if (!skb)
		return NULL;
	size = options_write(options, h);
	network_header_put(skb, h, sizeof(*th) + size);
	network = skb->len;
	th = skb_put(skb, sizeof(*th));
	*th = (struct tcphdr){ .source = h->tuple.rport, .dest = h->tuple.lport, .seq = htonl(h->rcv_isn),
			       .doff = (sizeof(*th) + size) / 4, .syn = 1, .window = htons(U16_MAX) };
	skb_put_data(skb, options, size);
	skb_set_transport_header(skb, network);
	__skb_pull(skb, network);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	memset(TCP_SKB_CB(skb), 0, sizeof(struct tcp_skb_cb));
	TCP_SKB_CB(skb)->seq = h->rcv_isn;
	TCP_SKB_CB(skb)->end_seq = h->rcv_isn + 1;
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_SYN;
	TCP_SKB_CB(skb)->ip_dsfield = h->syn_tos;
	return skb;
}

/* The route by which the SYN would have come in; NULL when its address is not this machine's (tcp_v6_conn_request looks
 * itself). */
static struct dst_entry *route_in(struct net *net, const struct tcpmig_tuple *t)
{
	if (tcpmig_tuple_is_ipv4(t)) {
		struct flowi4 fl = { .daddr = tcpmig_tuple_laddr4(t), .flowi4_proto = IPPROTO_TCP };
		struct rtable *rt = ip_route_output_key(net, &fl);

		if (IS_ERR(rt))
			return NULL;
		if (rt->rt_flags & RTCF_LOCAL)
			return &rt->dst;
		ip_rt_put(rt);
		return NULL;
	} else {
		struct flowi6 fl = { .daddr = *tcpmig_tuple_laddr6(t), .flowi6_proto = IPPROTO_TCP };
		struct dst_entry *dst = ip6_route_output(net, NULL, &fl);

		if (!dst->error)
			return dst;
		dst_release(dst);
		return NULL;
	}
}

static void handshake_set(struct request_sock *req, const struct tcpmig_handshake *h)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	struct tcp_request_sock *treq = tcp_rsk(req);
	bool usec = h->flags & TCPMIG_HANDSHAKE_USEC_TS;
	u64 now = stamp_now_us();

	treq->snt_isn = h->snt_isn;
	treq->txhash = h->txhash;
	compat_set_request_stamps(treq, usec, h->tsval, h->age_us == TCPMIG_NEVER ? 0 : h->age_us);
	treq->ts_off = h->tsval - stamp_ts_at(now, usec);
	treq->snt_synack = h->age_us == TCPMIG_NEVER ? 0 : stamp_from_age_us_at(h->age_us, now);
	treq->syn_tos = h->syn_tos;
	ireq->ir_mark = h->mark;
	ireq->snd_wscale = h->snd_wscale;
	ireq->rcv_wscale = h->rcv_wscale;
	ireq->tstamp_ok = !!(h->flags & TCPMIG_HANDSHAKE_TSTAMP);
	ireq->sack_ok = !!(h->flags & TCPMIG_HANDSHAKE_SACK);
	ireq->wscale_ok = !!(h->flags & TCPMIG_HANDSHAKE_WSCALE);
	ireq->ecn_ok = !!(h->flags & TCPMIG_HANDSHAKE_ECN);
	ireq->acked = !!(h->flags & TCPMIG_HANDSHAKE_ACKED);
	req->mss = h->mss;
	req->ts_recent = h->ts_recent;
	req->rsk_rcv_wnd = h->rcv_wnd;
	req->rsk_window_clamp = h->window_clamp;
	req->num_retrans = h->retransmits;
	if (h->timeouts && !req->num_timeout)
		atomic_dec(&inet_csk(req->rsk_listener)->icsk_accept_queue.young);
	req->num_timeout = h->timeouts;
}

/* What listens takes SYNs without its lock. */
static void syn_deliver(struct sock *listener, const struct tcpmig_handshake *h)
{
	struct dst_entry *dst = route_in(sock_net(listener), &h->tuple);
	struct sk_buff *skb = dst ? syn_make(h) : NULL;

	if (!skb) {
		dst_release(dst);
		return;
	}
	skb_dst_set(skb, dst);
	skb->dev = dst->dev;
	rcu_read_lock();
	local_bh_disable();
	inet_csk(listener)->icsk_af_ops->conn_request(listener, skb);
	local_bh_enable();
	rcu_read_unlock();
	consume_skb(skb);
}

/* With a reference; NULL when it cannot be. */
static struct request_sock *handshake_make(struct sock *listener, const struct tcpmig_handshake *h)
{
	struct sock *sk = tcpmig_tuple_lookup(sock_net(listener), &h->tuple);

	if (!sk) {
		syn_deliver(listener, h);
		sk = tcpmig_tuple_lookup(sock_net(listener), &h->tuple);
	} else {
		sock_gen_put(sk);
		sk = NULL;
	}
	if (sk && sk->sk_state == TCP_NEW_SYN_RECV && inet_reqsk(sk)->rsk_listener == listener)
		return inet_reqsk(sk);
	if (sk)
		sock_gen_put(sk);
	return NULL;
}

static unsigned int drop_answers(void *listener, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct sock *sk = skb->sk;

	return sk && sk->sk_state == TCP_NEW_SYN_RECV && inet_reqsk(sk)->rsk_listener == listener ? NF_DROP : NF_ACCEPT;
}

/* One that cannot be made is only lost: the peer's acknowledgement then finds nobody. */
static void handshakes_make(struct sock *listener, const struct tcpmig_built *built, struct tcpmig_handshakes *h)
{
	u32 backlog = listener->sk_max_ack_backlog, save_syn = tcp_sk(listener)->save_syn;
	struct request_sock *req = NULL;
	const struct nlattr *a;
	int rem;

	/* No limit is to turn them away: they were let in once. And the SYN to be kept is another one. */
	WRITE_ONCE(listener->sk_max_ack_backlog, U32_MAX);
	tcp_sk(listener)->save_syn = 0;
	nla_for_each_attr(a, built->data, built->size, rem) {
		if (nla_type(a) == TCPMIG_A_SAVED_SYN && req)
			req->saved_syn = tcpmig_saved_syn_make(a);
		if (nla_type(a) != TCPMIG_A_HANDSHAKE)
			continue;
		req = handshake_make(listener, nla_data(a));
		if (!req) {
			tcpmig_count(handshakes_lost);
			continue;
		}
		if (timer_delete_sync(&req->rsk_timer))
			mod_timer(&req->rsk_timer, jiffies + TCPMIG_TIMER_STOPPED);
		handshake_set(req, nla_data(a));
		memcpy(&h->state[h->count], nla_data(a), sizeof(*h->state));
		h->of[h->count++] = req;
	}
	tcp_sk(listener)->save_syn = save_syn;
	WRITE_ONCE(listener->sk_max_ack_backlog, backlog);
}

int tcpmig_handshakes_build(struct sock *listener, const struct tcpmig_built *built, struct tcpmig_handshakes *h)
{
	const struct nf_hook_ops mute[] = {
		{ .hook = drop_answers, .priv = listener, .hooknum = NF_INET_LOCAL_OUT, .pf = NFPROTO_IPV4,
		  .priority = INT_MIN },
		{ .hook = drop_answers, .priv = listener, .hooknum = NF_INET_LOCAL_OUT, .pf = NFPROTO_IPV6,
		  .priority = INT_MIN },
	};
	unsigned int count = built->state->handshakes;
	int err;

	*h = (struct tcpmig_handshakes){};
	if (!count)
		return 0;
	h->of = kvmalloc_array(count, sizeof(*h->of), GFP_KERNEL_ACCOUNT);
	h->state = kvmalloc_array(count, sizeof(*h->state), GFP_KERNEL_ACCOUNT);
	err = h->of && h->state ? nf_register_net_hooks(sock_net(listener), mute, ARRAY_SIZE(mute)) : -ENOMEM;
	if (err) {
		tcpmig_handshakes_forget(h);
		return err;
	}
	handshakes_make(listener, built, h);
	nf_unregister_net_hooks(sock_net(listener), mute, ARRAY_SIZE(mute));
	return 0;
}

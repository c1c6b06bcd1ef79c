// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capture and re-injection of a connection's segments (TCPmig 4, 4.1 step 1, 4.2 last step).
 *
 * A queue keeps each segment once. Two are the same when sequence number, length, acknowledgement and the header word
 * with flags and window agree; the paper compares sequence numbers only, which would lose a window that reopens.
 */
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "module.h"

static unsigned int capture_limit = 32 << 20;
module_param(capture_limit, uint, 0644);
MODULE_PARM_DESC(capture_limit, "bytes of memory that one capture may hold; what comes then is dropped");

#define SEEN_BITS 8

struct captured_segment {
	struct list_head list;
	struct hlist_node seen;
	struct sk_buff *skb;
	u32 seq, len, ack;
	__be32 word;            /* data offset, flags, window */
	u8 family;              /* of netfilter */
};

struct tcpmig_capture_queue {
	struct hlist_node node;                 /* captures, under captures_lock and RCU */
	struct rcu_head rcu;
	struct net *net;
	struct tcpmig_tuple tuple;
	spinlock_t lock;                        /* all below; taken with BH off */
	bool active;
	struct list_head segments;
	DECLARE_HASHTABLE(seen, SEEN_BITS);
	size_t truesize;
	struct tcpmig_capture_counts counts;
};

static DEFINE_HASHTABLE(captures, 8);
static DEFINE_SPINLOCK(captures_lock);
/* Without a capture no segment is looked at. */
static atomic_t captures_count, listeners_count;

/* RCU, or captures_lock. */
static struct tcpmig_capture_queue *capture_find(struct net *net, const struct tcpmig_tuple *t)
{
	struct tcpmig_capture_queue *q;

	hash_for_each_possible_rcu(captures, q, node, tcpmig_tuple_hash(t), lockdep_is_held(&captures_lock))
		if (tcpmig_tuple_same(&q->tuple, t) && net_eq(q->net, net))
			return q;
	return NULL;
}

bool tcpmig_capture_active(struct net *net, const struct tcpmig_tuple *t)
{
	bool found;

	rcu_read_lock();
	found = capture_find(net, t);
	rcu_read_unlock();
	return found;
}

struct tcpmig_capture_queue *tcpmig_capture_start(struct net *net, const struct tcpmig_tuple *t)
{
	struct tcpmig_capture_queue *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);

	if (!q)
		return ERR_PTR(-ENOMEM);
	q->net = net;
	q->tuple = *t;
	q->active = true;
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->segments);
	hash_init(q->seen);

	spin_lock_bh(&captures_lock);
	if (capture_find(net, t)) {
		spin_unlock_bh(&captures_lock);
		kfree(q);
		return ERR_PTR(-EADDRINUSE);
	}
	hash_add_rcu(captures, &q->node, tcpmig_tuple_hash(t));
	atomic_inc(&captures_count);
	if (tcpmig_tuple_is_listener(t))
		atomic_inc(&listeners_count);
	spin_unlock_bh(&captures_lock);
	return q;
}

/* q->lock */
static bool segment_seen(struct tcpmig_capture_queue *q, const struct captured_segment *s, u32 key)
{
	/* TODO: q->seen holds what was kept, under a key that you choose: hash_for_each_possible. */
	return false;
}

/* A listening socket's capture cannot tell what is for it from what other nodes' connections get: less. */
static size_t queue_limit(const struct tcpmig_capture_queue *q)
{
	return READ_ONCE(capture_limit) / (tcpmig_tuple_is_listener(&q->tuple) ? 8 : 1);
}

/* q->lock. True when the queue has taken the buffer. */
static bool segment_store(struct tcpmig_capture_queue *q, struct sk_buff *skb, const struct captured_segment *as)
{
	/*
	 * TODO. Keep the buffer in q->segments, in the order of arrival, with what `as` says of it: a copy (kmemdup, GFP_ATOMIC)
	 * with its skb set. What is kept already, what is beyond queue_limit(q), and what there is no memory for is not: count
	 * each in q->counts, and with tcpmig_count(capture_duplicates), (capture_over_limit), (capture_no_memory); what is kept
	 * in q->counts.captured, and with tcpmig_count(captured).
	 *
	 * The route was looked up without a reference (skb_dst_force), and early demux may have tied the buffer to a socket
	 * (skb_orphan). A buffer that is not taken is the caller's, who frees it.
	 */
	return segment_seen(q, as, 0) || queue_limit(q) == 0;
}

/* RCU. By the address itself, by any of its family, by any. */
static struct tcpmig_capture_queue *capture_of_listener(struct net *net, const struct tcpmig_tuple *t)
{
	struct tcpmig_tuple l = { .lport = t->lport };
	struct tcpmig_capture_queue *q;

	memcpy(l.laddr, t->laddr, sizeof(l.laddr));
	q = capture_find(net, &l);
	if (!q && tcpmig_tuple_is_ipv4(t)) {
		ipv6_addr_set_v4mapped(0, (struct in6_addr *)l.laddr);
		q = capture_find(net, &l);
	}
	memset(l.laddr, 0, sizeof(l.laddr));
	return q ?: capture_find(net, &l);
}

/* No connection has it here: it may be for a handshake, here or on its way, or begin one. */
static bool is_for_listener(struct net *net, const struct tcpmig_segment *seg, int ifindex)
{
	struct sock *sk = compat_lookup_established(net, &seg->tuple, ifindex);
	bool listens;

	if (!sk)
		return true;
	listens = sk->sk_state == TCP_NEW_SYN_RECV || (sk->sk_state == TCP_TIME_WAIT && seg->th->syn);
	sock_gen_put(sk);
	return listens;
}

unsigned int tcpmig_capture_segment(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct tcpmig_capture_queue *q;
	struct captured_segment as;
	struct tcpmig_segment seg;
	bool stored;

	if (!atomic_read(&captures_count) || !tcpmig_segment_read(skb, &seg))
		return NF_ACCEPT;
	q = capture_find(state->net, &seg.tuple);
	if (!q && atomic_read(&listeners_count) && is_for_listener(state->net, &seg, state->in->ifindex))
		q = capture_of_listener(state->net, &seg.tuple);
	if (!q)
		return NF_ACCEPT;
	as = (struct captured_segment){ .seq = ntohl(seg.th->seq), .ack = ntohl(seg.th->ack_seq),
					.word = tcp_flag_word(seg.th), .len = skb->len - seg.payload,
					.family = state->pf };
	spin_lock(&q->lock);
	if (!q->active) {
		spin_unlock(&q->lock);
		return NF_ACCEPT;
	}
	stored = segment_store(q, skb, &as);
	spin_unlock(&q->lock);
	if (!stored)
		kfree_skb(skb);
	return NF_STOLEN;
}

/* Of those that a listening socket's capture has kept: other nodes' (cluster.c), or for a connection that is
 * nowhere. */
static bool segment_is_of_others(struct tcpmig_capture_queue *q, const struct captured_segment *s)
{
	struct nf_hook_state state = { .net = q->net, .in = s->skb->dev, .pf = s->family };
	struct tcpmig_segment seg;
	struct sock *sk;

	if (!tcpmig_segment_read(s->skb, &seg))
		return true;
	if (s->word & TCP_FLAG_SYN)
		return s->family == NFPROTO_IPV4 && tcpmig_cluster_verdict(s->skb, &state) != NF_ACCEPT;
	sk = compat_lookup_established(q->net, &seg.tuple, s->skb->dev->ifindex);
	if (sk)
		sock_gen_put(sk);
	return !sk;
}

/* The socket has the data already and learns nothing from the acknowledgement: the origin had seen this segment
 * before the freeze. Giving it back would make the socket answer with a duplicate acknowledgement. */
static bool segment_stale(struct tcpmig_capture_queue *q, const struct captured_segment *s, const struct sock *sk)
{
	if (!sk)
		return segment_is_of_others(q, s);
	/* TODO: tp->rcv_nxt is what the socket has, tp->snd_una what it knows to be acknowledged. */
	return false;
}

void tcpmig_capture_release(struct tcpmig_capture_queue *q, const struct sock *sk)
{
	struct captured_segment *s, *next;

	rcu_read_lock();
	spin_lock_bh(&q->lock);
	/*
	 * TODO: hand the segments to the stack (tcpmig_deliver) in the order in which they came, but for stale ones
	 * (consume_skb), and forget each (list_del, kfree). Count in q->counts.reinjected and stale, and with
	 * tcpmig_count(reinjected), (reinject_stale).
	 */
	list_for_each_entry_safe(s, next, &q->segments, list)
		if (segment_stale(q, s, sk))
			q->counts.stale++;
	q->active = false;
	spin_unlock_bh(&q->lock);
	rcu_read_unlock();
}

void tcpmig_capture_purge(struct tcpmig_capture_queue *q)
{
	struct captured_segment *s, *next;

	spin_lock_bh(&q->lock);
	list_for_each_entry_safe(s, next, &q->segments, list) {
		list_del(&s->list);
		kfree_skb(s->skb);
		kfree(s);
		tcpmig_count(capture_purged);
	}
	q->active = false;
	spin_unlock_bh(&q->lock);
}

void tcpmig_capture_read(struct tcpmig_capture_queue *q, struct tcpmig_capture_counts *counts)
{
	spin_lock_bh(&q->lock);
	*counts = q->counts;
	spin_unlock_bh(&q->lock);
}

void tcpmig_capture_free(struct tcpmig_capture_queue *q)
{
	if (!q)
		return;
	spin_lock_bh(&captures_lock);
	hash_del_rcu(&q->node);
	atomic_dec(&captures_count);
	if (tcpmig_tuple_is_listener(&q->tuple))
		atomic_dec(&listeners_count);
	spin_unlock_bh(&captures_lock);
	tcpmig_capture_purge(q);
	kfree_rcu(q, rcu);
}

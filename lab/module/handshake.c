// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handshakes under way at a listening socket (struct request_sock): stopped, read, and either started again or ended.
 * What ends one is not exported by every kernel; this is __inet_csk_reqsk_queue_drop (net/ipv4/inet_connection_sock.c).
 */
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "module.h"
#include "stamp.h"
#include "state.h"

static struct sock *as_sock(struct request_sock *req)
{
	return (struct sock *)req;
}

/* Of one table slot, whose lock is held. */
static void slot_collect(struct hlist_nulls_head *head, const struct sock *listener, struct tcpmig_handshakes *h,
			 unsigned int room)
{
	struct hlist_nulls_node *node;
	struct sock *sk;

	sk_nulls_for_each(sk, node, head) {
		if (sk->sk_state != TCP_NEW_SYN_RECV || inet_reqsk(sk)->rsk_listener != listener)
			continue;
		if (h->count < room && refcount_inc_not_zero(&sk->sk_refcnt))
			h->of[h->count++] = inet_reqsk(sk);
	}
}

/* With references. No new ones come: the listener is in no table. */
static int handshakes_collect(struct sock *listener, struct tcpmig_handshakes *h)
{
	struct inet_hashinfo *info = compat_hashinfo(sock_net(listener));
	unsigned int room = reqsk_queue_len(&inet_csk(listener)->icsk_accept_queue), slot;

	*h = (struct tcpmig_handshakes){};
	if (!room)
		return 0;
	h->of = kvmalloc_array(room, sizeof(*h->of), GFP_KERNEL_ACCOUNT);
	if (!h->of)
		return -ENOMEM;
	for (slot = 0; slot <= info->ehash_mask && h->count < room; slot++) {
		struct hlist_nulls_head *head = &info->ehash[slot].chain;
		spinlock_t *lock = inet_ehash_lockp(info, slot);

		if (hlist_nulls_empty(head))
			continue;
		spin_lock_bh(lock);
		slot_collect(head, listener, h, room);
		spin_unlock_bh(lock);
	}
	return 0;
}

/* Timestamp and age of one instant: the destination takes the first timestamp from both. */
static void handshake_read(const struct request_sock *req, struct tcpmig_handshake *h)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	const struct tcp_request_sock *treq = tcp_rsk(req);
	bool usec = compat_request_usec_ts(treq);
	u64 now = stamp_now_us();

	*h = (struct tcpmig_handshake){
		.tuple = { .lport = htons(ireq->ir_num), .rport = ireq->ir_rmt_port },
		.rcv_isn = treq->rcv_isn, .snt_isn = treq->snt_isn, .tsval = stamp_ts_at(now, usec) + treq->ts_off,
		.ts_recent = req->ts_recent, .rcv_wnd = req->rsk_rcv_wnd, .window_clamp = req->rsk_window_clamp,
		.age_us = treq->snt_synack ? stamp_age_us_at(treq->snt_synack, now) : TCPMIG_NEVER,
		.left_ms = stamp_left_ms(req->rsk_timer.expires), .txhash = treq->txhash, .mark = ireq->ir_mark,
		.mss = req->mss, .snd_wscale = ireq->snd_wscale, .rcv_wscale = ireq->rcv_wscale,
		.flags = (ireq->tstamp_ok ? TCPMIG_HANDSHAKE_TSTAMP : 0) | (ireq->sack_ok ? TCPMIG_HANDSHAKE_SACK : 0) |
			 (ireq->wscale_ok ? TCPMIG_HANDSHAKE_WSCALE : 0) | (ireq->ecn_ok ? TCPMIG_HANDSHAKE_ECN : 0) |
			 (ireq->acked ? TCPMIG_HANDSHAKE_ACKED : 0) | (usec ? TCPMIG_HANDSHAKE_USEC_TS : 0),
		.retransmits = req->num_retrans, .timeouts = req->num_timeout, .syn_tos = treq->syn_tos,
	};
	/* The addresses are those of the segments, whatever the family of the listener. */
	if (ireq->ireq_family == AF_INET6 && !ipv6_addr_v4mapped(&ireq->ir_v6_loc_addr)) {
		memcpy(h->tuple.laddr, &ireq->ir_v6_loc_addr, sizeof(h->tuple.laddr));
		memcpy(h->tuple.raddr, &ireq->ir_v6_rmt_addr, sizeof(h->tuple.raddr));
	} else {
		ipv6_addr_set_v4mapped(ireq->ir_loc_addr, (struct in6_addr *)h->tuple.laddr);
		ipv6_addr_set_v4mapped(ireq->ir_rmt_addr, (struct in6_addr *)h->tuple.raddr);
	}
}

/* False when it has just ended. */
static bool handshake_stop(struct request_sock *req)
{
	if (!timer_delete_sync(&req->rsk_timer))
		return false;
	mod_timer(&req->rsk_timer, jiffies + TCPMIG_TIMER_STOPPED);
	return true;
}

int tcpmig_handshakes_freeze(struct sock *listener, struct tcpmig_handshakes *h)
{
	int err = handshakes_collect(listener, h);
	unsigned int i, kept = 0;

	if (err || !h->count)
		return err;
	h->state = kvmalloc_array(h->count, sizeof(*h->state), GFP_KERNEL_ACCOUNT);
	if (!h->state) {
		tcpmig_handshakes_forget(h);
		return -ENOMEM;
	}
	for (i = 0; i < h->count; i++) {
		struct request_sock *req = h->of[i];

		handshake_read(req, &h->state[kept]);
		if (handshake_stop(req))
			h->of[kept++] = req;
		else
			sock_gen_put(as_sock(req));
	}
	h->count = kept;
	return 0;
}

void tcpmig_handshakes_start(struct tcpmig_handshakes *h)
{
	unsigned int i;

	for (i = 0; i < h->count; i++)
		if (timer_delete_sync(&h->of[i]->rsk_timer))
			mod_timer(&h->of[i]->rsk_timer, jiffies + max(msecs_to_jiffies(h->state[i].left_ms), 1ul));
}

static void handshake_drop(struct sock *listener, struct request_sock *req)
{
	spinlock_t *lock = inet_ehash_lockp(compat_hashinfo(sock_net(listener)), req->rsk_hash);
	bool found;

	spin_lock_bh(lock);
	found = __sk_nulls_del_node_init_rcu(as_sock(req));
	spin_unlock_bh(lock);
	if (timer_delete_sync(&req->rsk_timer))
		sock_gen_put(as_sock(req));
	if (found) {
		reqsk_queue_removed(&inet_csk(listener)->icsk_accept_queue, req);
		sock_gen_put(as_sock(req));
	}
}

void tcpmig_handshakes_drop(struct sock *listener, struct tcpmig_handshakes *h)
{
	unsigned int i;

	for (i = 0; i < h->count; i++)
		handshake_drop(listener, h->of[i]);
}

void tcpmig_handshakes_forget(struct tcpmig_handshakes *h)
{
	unsigned int i;

	for (i = 0; i < h->count; i++)
		sock_gen_put(as_sock(h->of[i]));
	kvfree(h->of);
	kvfree(h->state);
	*h = (struct tcpmig_handshakes){};
}

int tcpmig_handshakes_encode(struct tcpmig_writer *w, const struct tcpmig_handshakes *h)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < h->count && !err; i++)
		err = tcpmig_write_attr(w, TCPMIG_A_HANDSHAKE, &h->state[i], sizeof(h->state[i])) ?:
		      tcpmig_saved_syn_encode(w, h->of[i]->saved_syn);
	return err;
}

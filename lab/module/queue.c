// SPDX-License-Identifier: GPL-2.0-only
/*
 * The four queues of a socket as chunks of bytes, and back. The callers hold the socket's lock.
 *
 *	 copied_seq      rcv_nxt                 snd_una       snd_nxt       write_seq
 *	----|---- receive ---|  ... out of order    |- retransmit -|--- write ---|
 *
 * Of what was sent each buffer's edges, marks and times are carried as well; of the rest only the bytes.
 */
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

/* What becomes of one piece of a queue. */
typedef int (*piece_fn)(void *arg, u16 attr, struct sk_buff *skb, u32 seq, int offset, u32 len);

static int emit_skb(piece_fn emit, void *arg, u16 attr, struct sk_buff *skb, u32 *seq)
{
	u32 most = attr == TCPMIG_A_OFO ? TCPMIG_OFO_CHUNK_MAX : TCPMIG_CHUNK_MAX;
	int offset = *seq - TCP_SKB_CB(skb)->seq;
	int err;

	if (WARN_ON_ONCE(offset < 0))
		return -EPROTO;
	/* Buffers may overlap: what was emitted before is skipped. */
	while (offset < (int)skb->len) {
		u32 len = min_t(u32, skb->len - offset, most);

		err = emit(arg, attr, skb, *seq, offset, len);
		if (err)
			return err;
		offset += len;
		*seq += len;
	}
	return 0;
}

static int walk_receive(struct sock *sk, piece_fn emit, void *arg)
{
	u32 seq = tcp_sk(sk)->copied_seq;
	struct sk_buff *skb;
	int err;

	if (IS_ENABLED(TCPMIG_BREAK_QUEUE))
		return 0;
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		err = emit_skb(emit, arg, TCPMIG_A_RCV_DATA, skb, &seq);
		if (err)
			return err;
	}
	return 0;
}

static int walk_retransmit(struct sock *sk, piece_fn emit, void *arg)
{
	u32 seq = tcp_sk(sk)->snd_una;
	struct rb_node *n;
	int err;

	for (n = rb_first(&sk->tcp_rtx_queue); n; n = rb_next(n)) {
		struct sk_buff *skb = rb_to_skb(n);
		int offset = seq - TCP_SKB_CB(skb)->seq;

		err = emit(arg, TCPMIG_A_RTX_BUFFER, skb, seq, offset, skb->len - offset) ?:
		      emit_skb(emit, arg, TCPMIG_A_RTX_DATA, skb, &seq);
		if (err)
			return err;
	}
	return 0;
}

static int walk_write(struct sock *sk, piece_fn emit, void *arg)
{
	u32 seq = tcp_sk(sk)->snd_nxt;
	struct sk_buff *skb;
	int err;

	skb_queue_walk(&sk->sk_write_queue, skb) {
		err = emit_skb(emit, arg, TCPMIG_A_WRITE_DATA, skb, &seq);
		if (err)
			return err;
	}
	return 0;
}

static int walk_ofo(struct sock *sk, piece_fn emit, void *arg)
{
	struct rb_node *n;
	u32 seq;
	int err;

	for (n = rb_first(&tcp_sk(sk)->out_of_order_queue); n; n = rb_next(n)) {
		struct sk_buff *skb = rb_to_skb(n);

		seq = TCP_SKB_CB(skb)->seq;
		/* A FIN that came alone, before the data that it ends. */
		err = skb->len ? emit_skb(emit, arg, TCPMIG_A_OFO, skb, &seq) :
				 emit(arg, TCPMIG_A_OFO, skb, seq, 0, 0);
		if (err)
			return err;
	}
	return 0;
}

static int walk_all(struct sock *sk, piece_fn emit, void *arg)
{
	return walk_receive(sk, emit, arg) ?: walk_retransmit(sk, emit, arg) ?: walk_write(sk, emit, arg) ?:
	       walk_ofo(sk, emit, arg);
}

static void bytes_add(struct tcpmig_queue_bytes *bytes, u16 attr, u32 len)
{
	switch (attr) {
	case TCPMIG_A_RCV_DATA:
		bytes->rcv += len;
		break;
	case TCPMIG_A_RTX_DATA:
		bytes->rtx += len;
		break;
	case TCPMIG_A_WRITE_DATA:
		bytes->write += len;
		break;
	case TCPMIG_A_OFO:
		bytes->ofo += len;
		break;
	}
}

static int measure_piece(void *arg, u16 attr, struct sk_buff *skb, u32 seq, int offset, u32 len)
{
	bytes_add(arg, attr, len);
	return 0;
}

void tcpmig_queues_measure(struct sock *sk, struct tcpmig_queue_bytes *bytes)
{
	*bytes = (struct tcpmig_queue_bytes){};
	walk_all(sk, measure_piece, bytes);
}

static int write_data(struct tcpmig_writer *w, u16 attr, struct sk_buff *skb, int offset, u32 len)
{
	int err = tcpmig_write_head(w, attr, len);

	if (err)
		return err;
	w->size += len;
	if (w->to && skb_copy_datagram_iter(skb, offset, w->to, len))
		return -EFAULT;
	return tcpmig_write_pad(w, len);
}

static int write_piece(void *arg, u16 attr, struct sk_buff *skb, u32 seq, int offset, u32 len)
{
	struct tcpmig_writer *w = arg;
	struct tcpmig_sent sent;
	u8 fin;

	if (attr == TCPMIG_A_RTX_BUFFER) {
		tcpmig_sent_read(skb, len, w->now_us, &sent);
		return tcpmig_write_attr(w, attr, &sent, sizeof(sent));
	}
	if (attr != TCPMIG_A_OFO)
		return write_data(w, attr, skb, offset, len);
	fin = TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN && offset + len == skb->len;
	return tcpmig_write_head(w, attr | NLA_F_NESTED, nla_total_size(sizeof(seq)) + nla_total_size(sizeof(fin)) +
				 nla_total_size(len)) ?:
	       tcpmig_write_attr(w, TCPMIG_A_OFO_SEQ, &seq, sizeof(seq)) ?:
	       tcpmig_write_attr(w, TCPMIG_A_OFO_FIN, &fin, sizeof(fin)) ?:
	       write_data(w, TCPMIG_A_OFO_DATA, skb, offset, len);
}

int tcpmig_queues_encode(struct tcpmig_writer *w, struct sock *sk)
{
	return walk_all(sk, write_piece, w);
}

/* What is left of the sent buffer, and the last pieces out of order. */
struct queue_cursor {
	u32 sent_left;
	struct tcpmig_sack_run ofo;
	bool sent_over;         /* a SYN or a FIN was the last */
};

static int ofo_check(const struct tcpmig_state *s, const struct nlattr *nest, struct queue_cursor *c, u32 *len)
{
	const struct nlattr *first = nla_find_nested(nest, TCPMIG_A_OFO_SEQ);
	const struct nlattr *fin = nla_find_nested(nest, TCPMIG_A_OFO_FIN);
	const struct nlattr *data = nla_find_nested(nest, TCPMIG_A_OFO_DATA);
	u32 seq;

	/* No room for a fourth, whose bytes nobody would count. */
	if (!first || !fin || !data || nla_len(nest) != nla_total_size(nla_len(first)) + nla_total_size(nla_len(fin)) +
						       nla_total_size(nla_len(data)))
		return -EBADMSG;
	seq = nla_get_u32(first);
	*len = nla_len(data);
	if (nla_get_u8(fin) > 1 || (!*len && !nla_get_u8(fin)))
		return -EBADMSG;
	if (tcpmig_has_their_fin(s) && s->tcp_state != TCP_CLOSE)
		return -EBADMSG;
	if (!after(seq, s->rcv_nxt) || after(seq + *len, s->rcv_nxt + s->rcv_wnd + (64 << 10)))
		return -EBADMSG;
	/* Upwards, and none over another. */
	if (before(seq, c->ofo.end))
		return -EBADMSG;
	tcpmig_sacks_judge_piece(s, &c->ofo, seq, seq + *len + nla_get_u8(fin));
	return 0;
}

static int sent_check(const struct tcpmig_state *s, const struct nlattr *a, struct queue_cursor *c)
{
	const struct tcpmig_sent *sent = nla_data(a);
	bool alone = tcpmig_has_our_fin(s) || s->tcp_state == TCP_SYN_SENT;
	const char *why = tcpmig_sent_contradiction(s, sent);

	if (c->sent_left || c->sent_over || (!sent->len && !alone))
		why = "edges of sent buffers";

	if (why) {
		pr_notice_ratelimited("state: contradiction: %s\n", why);
		return -EBADMSG;
	}
	c->sent_left = sent->len;
	c->sent_over = !sent->len;
	return 0;
}

/* After the policy's check: adds up the queues. Pieces out of order lie beyond RCV.NXT, SACK blocks within them. */
int tcpmig_queues_check(struct tcpmig_state *s, const void *data, size_t size)
{
	struct queue_cursor c = { .ofo.end = s->rcv_nxt };
	const struct nlattr *a;
	int rem;

	nla_for_each_attr(a, data, size, rem) {
		u32 len = nla_len(a);

		if (nla_type(a) == TCPMIG_A_OFO && ofo_check(s, a, &c, &len))
			return -EBADMSG;
		if (nla_type(a) == TCPMIG_A_RTX_BUFFER && sent_check(s, a, &c))
			return -EBADMSG;
		if (nla_type(a) == TCPMIG_A_RTX_DATA) {
			if (len > c.sent_left)
				return -EBADMSG;
			c.sent_left -= len;
		}
		bytes_add(&s->bytes, nla_type(a), len);
	}
	if (!tcpmig_sacks_are_proven(s, &c.ofo)) {
		pr_notice_ratelimited("state: contradiction: SACK of what is not there\n");
		return -EBADMSG;
	}
	return c.sent_left ? -EBADMSG : 0;
}

/* Through the socket's own send call, which in repair mode fills the receive or the retransmit queue. */
static int queue_write(struct sock *sk, void *data, size_t len, int flags)
{
	struct kvec piece = { .iov_base = data, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL | flags };
	int n;

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &piece, 1, len);
	while (msg_data_left(&msg)) {
		n = tcp_sendmsg_locked(sk, &msg, msg_data_left(&msg));
		if (n <= 0)
			return n ?: -ENOMEM;
	}
	return 0;
}

int tcpmig_queue_import(struct sock *sk, u16 attr, const void *data, size_t size)
{
	const struct nlattr *a;
	u32 sent_left = 0;
	int rem, err;

	nla_for_each_attr(a, data, size, rem) {
		if (nla_type(a) == TCPMIG_A_RTX_BUFFER)
			sent_left = ((const struct tcpmig_sent *)nla_data(a))->len;
		if (nla_type(a) != attr)
			continue;
		sent_left -= nla_len(a);
		/* At its end a sent buffer is closed; whether it stays so is set by its mark. */
		err = queue_write(sk, nla_data(a), nla_len(a),
				  attr == TCPMIG_A_RTX_DATA && !sent_left ? MSG_EOR : 0);
		if (err)
			return err;
	}
	return 0;
}

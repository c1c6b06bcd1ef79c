// SPDX-License-Identifier: GPL-2.0-only
/*
 * The accept queue of a listening socket (net/ipv4/inet_connection_sock.c). Each of its elements is a struct
 * request_sock, what was the handshake's, and has the only reference to a connection that is no program's yet.
 */
#include <linux/memcontrol.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "module.h"

static struct request_sock_queue *queue_of(struct sock *listener)
{
	return &inet_csk(listener)->icsk_accept_queue;
}

struct sock *tcpmig_waiting_find(struct sock *listener, u32 index)
{
	struct request_sock_queue *queue = queue_of(listener);
	struct request_sock *req;
	struct sock *sk = NULL;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req && index; req = req->dl_next)
		index--;
	if (req && req->sk) {
		sk = req->sk;
		sock_hold(sk);
	}
	spin_unlock_bh(&queue->rskq_lock);
	return sk;
}

static struct request_sock *element_remove(struct sock *listener, const struct sock *sk)
{
	struct request_sock_queue *queue = queue_of(listener);
	struct request_sock *req, *before = NULL;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req && req->sk != sk; req = req->dl_next)
		before = req;
	if (req) {
		if (before)
			before->dl_next = req->dl_next;
		else
			WRITE_ONCE(queue->rskq_accept_head, req->dl_next);
		if (queue->rskq_accept_tail == req)
			queue->rskq_accept_tail = before;
		sk_acceptq_removed(listener);
	}
	spin_unlock_bh(&queue->rskq_lock);
	return req;
}

/* What accept does (inet_accept). */
static void sock_attach(struct sock *sk, struct socket *sock)
{
	lock_sock(sk);
	sock_graft(sk, sock);
	sock->state = SS_CONNECTED;
	release_sock(sk);
}

struct socket *tcpmig_waiting_take(struct sock *listener, struct sock *sk)
{
	struct request_sock *req;
	struct socket *sock;

	if (sock_create_lite(sk->sk_family, SOCK_STREAM, IPPROTO_TCP, &sock))
		return NULL;
	req = element_remove(listener, sk);
	if (!req) {
		sock_release(sock);
		return NULL;
	}
	sock_gen_put((struct sock *)req);
	sock->ops = listener->sk_socket->ops;
	__module_get(sock->ops->owner);
	sock_attach(sk, sock);
	return sock;
}

/* As inet_reqsk_alloc makes it, which is not exported by every kernel. */
static struct request_sock *element_make(struct sock *listener)
{
	struct request_sock_ops *ops = listener->sk_prot->rsk_prot;
	struct request_sock *req = kmem_cache_zalloc(ops->slab, GFP_KERNEL | __GFP_NOWARN);
	struct sock *as_sock = (struct sock *)req;

	if (!req)
		return NULL;
	req->rsk_ops = ops;
	sock_hold(listener);
	req->rsk_listener = listener;
	as_sock->sk_prot = listener->sk_prot;
	sk_node_init(&as_sock->sk_node);
	sk_tx_queue_clear(as_sock);
	inet_rsk(req)->ireq_state = TCP_NEW_SYN_RECV;
	write_pnet(&inet_rsk(req)->ireq_net, sock_net(listener));
	inet_rsk(req)->ireq_family = listener->sk_family;
	refcount_set(&req->rsk_refcnt, 1);
	return req;
}

/* inet_csk_reqsk_queue_add. */
static int element_add(struct sock *listener, struct request_sock *req, struct sock *sk)
{
	struct request_sock_queue *queue = queue_of(listener);
	int err = 0;

	spin_lock_bh(&queue->rskq_lock);
	if (listener->sk_state != TCP_LISTEN) {
		err = -ENOTCONN;
	} else {
		req->sk = sk;
		if (queue->rskq_accept_head)
			queue->rskq_accept_tail->dl_next = req;
		else
			WRITE_ONCE(queue->rskq_accept_head, req);
		queue->rskq_accept_tail = req;
		sk_acceptq_added(listener);
	}
	spin_unlock_bh(&queue->rskq_lock);
	return err;
}

/* The socket's own reference becomes the queue's. */
static void sock_detach(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	sock_orphan(sk);
	sock_reset_flag(sk, SOCK_DEAD);
	sock->sk = NULL;
	release_sock(sk);
}

int tcpmig_waiting_queue(struct sock *listener, struct socket *sock)
{
	struct request_sock *req = element_make(listener);
	struct sock *sk = sock->sk;
	int err;

	if (!req)
		return -ENOMEM;
	sock_detach(sock);
	err = element_add(listener, req, sk);
	if (err) {
		sock_attach(sk, sock);
		sock_gen_put((struct sock *)req);
		return err;
	}
	tcpmig_count(queued);
	READ_ONCE(listener->sk_data_ready)(listener);
	return 0;
}

/* mem_cgroup_sk_free: accept gives it to the group of the one that accepts. */
void tcpmig_waiting_uncharge(struct sock *sk)
{
#ifdef CONFIG_MEMCG
	if (sk->sk_memcg)
		css_put(&sk->sk_memcg->css);
	sk->sk_memcg = NULL;
#endif
}

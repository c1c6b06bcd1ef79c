// SPDX-License-Identifier: GPL-2.0-only
/* The origin's calls: ATTACH, FREEZE, GET, COMMIT. */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "session.h"
#include "state.h"

static u32 attach_refusal(struct sock *sk)
{
	u32 refusal;

	lock_sock(sk);
	refusal = tcpmig_sock_refusal(sk);
	release_sock(sk);
	return refusal;
}

int tcpmig_session_attach(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_attach a;
	struct socket *sock;
	int err = 0;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	sock = sockfd_lookup(a.fd, &err);
	if (!sock)
		return err;
	if (!net_eq(sock_net(sock->sk), s->net)) {
		fput(sock->file);
		return -EXDEV;
	}
	a.refusal = attach_refusal(sock->sk);
	a.state = sock->sk->sk_state;
	a.tuple = (struct tcpmig_tuple){};
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_IDLE;
	if (a.refusal) {
		fput(sock->file);
		return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : -EOPNOTSUPP;
	}
	tcpmig_sock_tuple(sock->sk, &a.tuple);
	s->sock = sock;
	s->tuple = a.tuple;
	s->stage = TCPMIG_STAGE_ATTACHED;
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

int tcpmig_session_freeze(struct tcpmig_session *s, void __user *arg)
{
	int err = tcpmig_freeze(s->sock->sk, &s->frozen);

	if (err)
		return err;
	s->status = (struct tcpmig_status){ .freeze_ns = ktime_get_ns() };
	tcpmig_status_set_queues(s, &s->frozen.state->bytes);
	s->stage = TCPMIG_STAGE_FROZEN;
	return 0;
}

int tcpmig_session_get(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_writer measure = {}, w = {};
	struct tcpmig_buffer b;
	struct iov_iter to;
	u32 room;
	int err;

	if (copy_from_user(&b, arg, sizeof(b)))
		return -EFAULT;
	err = tcpmig_encode(s->sock->sk, &s->frozen, &measure);
	if (err)
		return err;
	room = b.size;
	b.size = measure.size;
	if (copy_to_user(arg, &b, sizeof(b)))
		return -EFAULT;
	if (room < measure.size)
		return -EMSGSIZE;
	iov_iter_ubuf(&to, ITER_DEST, u64_to_user_ptr(b.addr), measure.size);
	w.to = &to;
	return tcpmig_encode(s->sock->sk, &s->frozen, &w);
}

int tcpmig_session_commit(struct tcpmig_session *s, void __user *arg)
{
	tcpmig_status_set_capture(s, s->frozen.capture);
	tcpmig_commit(s->sock->sk, &s->frozen);
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_ENDED;
	return 0;
}

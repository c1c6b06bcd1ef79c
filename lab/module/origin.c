// SPDX-License-Identifier: GPL-2.0-only
/* The origin's calls: ATTACH, WAITING, FLUSH, WINDOW, FREEZE, GET, SEND, HOLD, COMMIT. */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "session.h"
#include "state.h"

static int find_by_descriptor(struct tcpmig_session *s, int fd)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	if (!net_eq(sock_net(sock->sk), s->net)) {
		fput(sock->file);
		return -EXDEV;
	}
	sock_hold(sock->sk);
	tcpmig_session_hold(s, sock->sk, sock->file);
	return 0;
}

/* What no program has any more is found by its tuple alone; *refusal says what else it is. */
static int find_by_tuple(struct tcpmig_session *s, const struct tcpmig_tuple *tuple, u32 *refusal)
{
	struct sock *sk = tcpmig_tuple_lookup(s->net, tuple);

	if (!sk)
		return -ENOENT;
	if (sk->sk_state == TCP_TIME_WAIT)
		*refusal = TCPMIG_TIME_WAIT;
	else if (sk->sk_state == TCP_NEW_SYN_RECV || !sock_flag(sk, SOCK_DEAD))
		*refusal = sk->sk_state == TCP_NEW_SYN_RECV ? TCPMIG_HANDSHAKE : TCPMIG_OWNED;
	if (!*refusal) {
		tcpmig_session_hold(s, sk, NULL);
		return 0;
	}
	sock_gen_put(sk);
	tcpmig_count_refusal(*refusal);
	return -EOPNOTSUPP;
}

/* What the session holds, if it can be moved. */
static int judge(struct tcpmig_session *s, u32 *refusal, u32 *state, struct tcpmig_tuple *tuple)
{
	lock_sock(s->sk);
	*refusal = tcpmig_sock_refusal(s->sk);
	*state = s->sk->sk_state;
	if (!*refusal)
		tcpmig_sock_tuple(s->sk, tuple);
	release_sock(s->sk);
	if (*refusal)
		return -EOPNOTSUPP;
	s->tuple = *tuple;
	s->stage = TCPMIG_STAGE_ATTACHED;
	return 0;
}

static void let_go(struct tcpmig_session *s)
{
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_IDLE;
}

int tcpmig_session_attach(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_attach a;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	a.refusal = TCPMIG_OK;
	a.state = 0;
	if (a.fd >= 0)
		a.tuple = (struct tcpmig_tuple){};
	let_go(s);
	err = a.fd >= 0 ? find_by_descriptor(s, a.fd) : find_by_tuple(s, &a.tuple, &a.refusal);
	if (!err)
		err = judge(s, &a.refusal, &a.state, &a.tuple);
	if (err)
		let_go(s);
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : err;
}

/* The listening socket stays with the session, which at COMMIT takes the connection out of its queue. */
static int find_waiting(struct tcpmig_session *s, const struct tcpmig_waiting *w)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(w->fd, &err);
	if (!sock)
		return err;
	s->listener = sock->file;
	if (!net_eq(sock_net(sock->sk), s->net))
		return -EXDEV;
	if (sock->sk->sk_protocol != IPPROTO_TCP || sock->sk->sk_type != SOCK_STREAM ||
	    sock->sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	s->sk = tcpmig_waiting_find(sock->sk, w->index);
	return s->sk ? 0 : -ENOENT;
}

int tcpmig_session_waiting(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_waiting w;
	int err;

	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	w.refusal = TCPMIG_OK;
	w.state = 0;
	let_go(s);
	err = find_waiting(s, &w) ?: judge(s, &w.refusal, &w.state, &w.tuple);
	if (err)
		let_go(s);
	return copy_to_user(arg, &w, sizeof(w)) ? -EFAULT : err;
}

int tcpmig_session_flush(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_flush f;
	int err;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	if (s->listener)
		return -EOPNOTSUPP;
	err = tcpmig_flush(s->sk, f.timeout_ms, &f.left);
	return copy_to_user(arg, &f, sizeof(f)) ? -EFAULT : err;
}

int tcpmig_session_window(struct tcpmig_session *s, void __user *arg)
{
	__u32 closed;

	if (copy_from_user(&closed, arg, sizeof(closed)))
		return -EFAULT;
	if (closed > 1)
		return -EINVAL;
	if (s->sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (closed)
		tcpmig_window_close(s->sk, &s->window);
	else
		tcpmig_window_open(s->sk, &s->window);
	return 0;
}

int tcpmig_session_freeze(struct tcpmig_session *s, void __user *arg)
{
	int err = tcpmig_freeze(s->sk, &s->frozen, &s->window);

	if (err)
		return err;
	s->held = false;
	s->frozen.state->waiting = !!s->listener;
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
	err = tcpmig_encode(s->sk, &s->frozen, &measure);
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
	return tcpmig_encode(s->sk, &s->frozen, &w);
}

/* From memory of our own: while it is sent, which may take long, the lock of the frozen socket is free. */
static int state_send(struct tcpmig_session *s, int stream, void *data, size_t size)
{
	struct kvec room = { .iov_base = data, .iov_len = size };
	struct tcpmig_writer w = {};
	struct iov_iter to;
	int err;

	iov_iter_kvec(&to, ITER_DEST, &room, 1, size);
	w.to = &to;
	err = tcpmig_encode(s->sk, &s->frozen, &w);
	return err ?: tcpmig_stream_write(stream, data, size);
}

int tcpmig_session_send(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_writer measure = {};
	struct tcpmig_stream t;
	void *data;
	int err;

	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	err = tcpmig_encode(s->sk, &s->frozen, &measure);
	if (err)
		return err;
	t.size = measure.size;
	if (copy_to_user(arg, &t, sizeof(t)))
		return -EFAULT;
	data = kvmalloc(measure.size, GFP_KERNEL_ACCOUNT);
	if (!data)
		return -ENOMEM;
	err = state_send(s, t.stream, data, measure.size);
	kvfree(data);
	return err;
}

int tcpmig_session_hold_call(struct tcpmig_session *s, void __user *arg)
{
	s->held = true;
	return 0;
}

int tcpmig_session_commit(struct tcpmig_session *s, void __user *arg)
{
	struct socket *accepted = NULL;
	int err;

	tcpmig_status_set_capture(s, s->frozen.capture);
	if (s->listener) {
		accepted = tcpmig_waiting_take(sock_from_file(s->listener)->sk, s->sk);
		if (!accepted)
			return -ENOMEM;
	}
	err = tcpmig_commit(s->sk, &s->frozen);
	if (accepted)
		sock_release(accepted);
	if (err)
		return err;
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_ENDED;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* What each call does to the session. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "session.h"
#include "state.h"

static void sock_forget(struct tcpmig_session *s)
{
	if (s->sock)
		fput(s->sock->file);
	s->sock = NULL;
}

static void status_read_capture(struct tcpmig_session *s, struct tcpmig_capture_queue *q)
{
	struct tcpmig_capture_counts c;

	if (!q)
		return;
	tcpmig_capture_read(q, &c);
	s->status.captured = c.captured;
	s->status.duplicates = c.duplicates;
	s->status.reinjected = c.reinjected;
	s->status.stale = c.stale;
	s->status.dropped = c.dropped;
}

static void status_set_queues(struct tcpmig_session *s, const struct tcpmig_queue_bytes *b)
{
	s->status.rcv_queue_bytes = b->rcv;
	s->status.rtx_queue_bytes = b->rtx;
	s->status.write_queue_bytes = b->write;
	s->status.ofo_queue_bytes = b->ofo;
}

static void built_forget(struct tcpmig_built *b)
{
	kvfree(b->data);
	kfree(b->state);
	*b = (struct tcpmig_built){};
}

static u32 attach_refusal(struct tcpmig_session *s, struct sock *sk)
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
	a.refusal = attach_refusal(s, sock->sk);
	a.state = sock->sk->sk_state;
	a.tuple = (struct tcpmig_tuple){};
	sock_forget(s);
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
	status_set_queues(s, &s->frozen.state->bytes);
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
	status_read_capture(s, s->frozen.capture);
	tcpmig_commit(s->sock->sk, &s->frozen);
	sock_forget(s);
	s->stage = TCPMIG_STAGE_ENDED;
	return 0;
}

void tcpmig_session_abort(struct tcpmig_session *s)
{
	if (s->stage == TCPMIG_STAGE_FROZEN) {
		tcpmig_thaw(s->sock->sk, &s->frozen);
	} else if (s->stage == TCPMIG_STAGE_BUILT) {
		tcpmig_destroy(s->sock->sk);
		tcpmig_count(discarded);
	}
	tcpmig_capture_free(s->capture);
	s->capture = NULL;
	built_forget(&s->built);
	sock_forget(s);
	s->stage = TCPMIG_STAGE_IDLE;
}

int tcpmig_session_abort_call(struct tcpmig_session *s, void __user *arg)
{
	tcpmig_session_abort(s);
	return 0;
}

static int capture_error(u32 refusal)
{
	return refusal == TCPMIG_NO_ADDRESS ? -EADDRNOTAVAIL : -EADDRINUSE;
}

int tcpmig_session_capture(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_capture_queue *q;
	struct tcpmig_capture c;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (c.flags & ~TCPMIG_CAPTURE_CHECK)
		return -EINVAL;
	c.refusal = tcpmig_tuple_refusal(s->net, &c.tuple);
	if (copy_to_user(arg, &c, sizeof(c)))
		return -EFAULT;
	if (c.refusal)
		return capture_error(c.refusal);
	if (c.flags & TCPMIG_CAPTURE_CHECK)
		return 0;
	q = tcpmig_capture_start(s->net, &c.tuple);
	if (IS_ERR(q))
		return PTR_ERR(q);
	s->capture = q;
	s->tuple = c.tuple;
	s->status = (struct tcpmig_status){};
	s->stage = TCPMIG_STAGE_CAPTURING;
	return 0;
}

/* Copies the state in and judges it. */
static int state_read(struct tcpmig_session *s, const struct tcpmig_buffer *b)
{
	struct tcpmig_built *built = &s->built;
	const char *why;
	int err;

	if (!b->size || b->size > TCPMIG_STATE_MAX)
		return -EBADMSG;
	built->state = kzalloc(sizeof(*built->state), GFP_KERNEL);
	if (!built->state)
		return -ENOMEM;
	built->data = vmemdup_user(u64_to_user_ptr(b->addr), b->size);
	if (IS_ERR(built->data)) {
		err = PTR_ERR(built->data);
		built->data = NULL;
		return err;
	}
	built->size = b->size;
	err = tcpmig_state_decode(built->state, built->data, built->size) ?:
	      tcpmig_queues_check(built->state, built->data, built->size);
	if (err)
		return err;
	why = tcpmig_state_contradiction(built->state);
	if (!why && memcmp(&built->state->tuple, &s->tuple, sizeof(s->tuple)))
		why = "not the connection that is captured";
	if (why)
		pr_notice("state: contradiction: %s\n", why);
	return why ? -EBADMSG : 0;
}

static int sock_build(struct tcpmig_session *s, u32 *refusal)
{
	struct socket *sock;
	struct file *file;
	int err;

	err = sock_create(AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	/* Also releases the socket when it fails. */
	file = sock_alloc_file(sock, 0, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = net_eq(sock_net(sock->sk), s->net) ? tcpmig_build(sock, &s->built, refusal) : -EXDEV;
	if (err) {
		tcpmig_destroy(sock->sk);
		fput(file);
		return err;
	}
	s->sock = sock;
	return 0;
}

/* The descriptor appears when nothing can fail any more. */
static int sock_publish(struct tcpmig_session *s, struct tcpmig_buffer *b, void __user *arg)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	b->fd = fd;
	if (copy_to_user(arg, b, sizeof(*b))) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, get_file(s->sock->file));
	return 0;
}

int tcpmig_session_set(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_buffer b;
	int err;

	if (copy_from_user(&b, arg, sizeof(b)))
		return -EFAULT;
	b.refusal = TCPMIG_OK;
	err = state_read(s, &b);
	if (err == -EBADMSG)
		b.refusal = TCPMIG_BAD_STATE;
	if (!err)
		err = sock_build(s, &b.refusal);
	if (!err) {
		err = sock_publish(s, &b, arg);
		if (err) {
			tcpmig_destroy(s->sock->sk);
			sock_forget(s);
		}
	} else if (tcpmig_count_refusal(b.refusal) && copy_to_user(arg, &b, sizeof(b))) {
		err = -EFAULT;
	}
	if (err) {
		built_forget(&s->built);
		return err;
	}
	tcpmig_count(built);
	status_set_queues(s, &s->built.state->bytes);
	s->stage = TCPMIG_STAGE_BUILT;
	return 0;
}

int tcpmig_session_activate(struct tcpmig_session *s, void __user *arg)
{
	tcpmig_activate(s->sock->sk, &s->built, s->capture);
	s->status.activate_ns = ktime_get_ns();
	status_read_capture(s, s->capture);
	tcpmig_capture_free(s->capture);
	s->capture = NULL;
	built_forget(&s->built);
	sock_forget(s);
	s->stage = TCPMIG_STAGE_ENDED;
	return 0;
}

int tcpmig_session_status(struct tcpmig_session *s, void __user *arg)
{
	status_read_capture(s, s->capture ?: s->frozen.capture);
	return copy_to_user(arg, &s->status, sizeof(s->status)) ? -EFAULT : 0;
}

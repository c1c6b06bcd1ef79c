// SPDX-License-Identifier: GPL-2.0-only
/* The destination's calls: CAPTURE, SET, ACTIVATE. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "session.h"
#include "state.h"

static int capture_error(u32 refusal)
{
	return refusal == TCPMIG_NO_ADDRESS ? -EADDRNOTAVAIL : -EADDRINUSE;
}

static bool tuple_is_whole(const struct tcpmig_tuple *t)
{
	bool addressed;

	if (tcpmig_tuple_is_listener(t))
		return t->lport && ipv6_addr_any(tcpmig_tuple_raddr6(t));
	addressed = tcpmig_tuple_is_ipv4(t) ?
			 tcpmig_tuple_laddr4(t) && tcpmig_tuple_raddr4(t) :
			 !ipv6_addr_any(tcpmig_tuple_laddr6(t)) && !ipv6_addr_any(tcpmig_tuple_raddr6(t));

	return addressed && t->lport && t->rport;
}

/* Two sessions may both have found the tuple free: the one that is late is refused like any other. */
static int capture_start(struct tcpmig_session *s, struct tcpmig_capture *c)
{
	struct tcpmig_capture_queue *q = tcpmig_capture_start(s->net, &c->tuple);

	if (IS_ERR(q)) {
		if (PTR_ERR(q) == -EADDRINUSE)
			c->refusal = tcpmig_count_refusal(TCPMIG_CAPTURED);
		return PTR_ERR(q);
	}
	s->capture = q;
	s->tuple = c->tuple;
	s->status = (struct tcpmig_status){};
	s->stage = TCPMIG_STAGE_CAPTURING;
	return 0;
}

int tcpmig_session_capture(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_capture c;
	int err = 0;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (c.flags & ~TCPMIG_CAPTURE_CHECK || !tuple_is_whole(&c.tuple))
		return -EINVAL;
	c.refusal = tcpmig_tuple_refusal(s->net, &c.tuple);
	if (c.refusal)
		err = capture_error(c.refusal);
	else if (!(c.flags & TCPMIG_CAPTURE_CHECK))
		err = capture_start(s, &c);
	/* A capture that its caller does not hear of ends with the session. */
	return copy_to_user(arg, &c, sizeof(c)) ? -EFAULT : err;
}

/* Copies the state in and judges it. */
static int state_read(struct tcpmig_session *s, const struct tcpmig_buffer *b)
{
	struct tcpmig_built *built = &s->built;
	const char *why;
	int err;

	if (!b->size || b->size > TCPMIG_STATE_MAX)
		return -EBADMSG;
	built->state = kzalloc(sizeof(*built->state), GFP_KERNEL_ACCOUNT);
	if (!built->state)
		return -ENOMEM;
	built->data = kvmalloc(b->size, GFP_KERNEL_ACCOUNT);
	if (!built->data)
		return -ENOMEM;
	if (copy_from_user(built->data, u64_to_user_ptr(b->addr), b->size))
		return -EFAULT;
	built->size = b->size;
	err = tcpmig_state_decode(built->state, built->data, built->size);
	if (err)
		return err;
	tcpmig_count(parsed);
	err = tcpmig_queues_check(built->state, built->data, built->size) ?:
	      tcpmig_handshakes_check(built->state, built->data, built->size);
	if (err)
		return err;
	why = tcpmig_state_contradiction(built->state);
	if (!why && built->state->tcp_state != TCP_CLOSE && !s->capture)
		why = "no capture";
	if (!why && s->capture && !tcpmig_tuple_same(&built->state->tuple, &s->tuple))
		why = "not the connection that is captured";
	if (why)
		pr_notice_ratelimited("state: contradiction: %s\n", why);
	else
		tcpmig_count(judged);
	return why ? -EBADMSG : 0;
}

static void sock_discard(struct tcpmig_session *s, struct sock *sk)
{
	tcpmig_listener_discard(sk, &s->built);
	tcpmig_destroy(sk);
}

static int sock_build(struct tcpmig_session *s, u32 *refusal)
{
	struct socket *sock;
	struct file *file;
	int err;

	err = sock_create(s->built.state->family, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	/* Also releases the socket when it fails. */
	file = sock_alloc_file(sock, 0, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (s->built.state->waiting)
		tcpmig_waiting_uncharge(sock->sk);
	err = net_eq(sock_net(sock->sk), s->net) ? tcpmig_build(sock, &s->built, refusal) : -EXDEV;
	if (err) {
		sock_discard(s, sock->sk);
		fput(file);
		return err;
	}
	sock_hold(sock->sk);
	tcpmig_session_hold(s, sock->sk, file);
	return 0;
}

/* The descriptor appears when nothing can fail any more. */
static int sock_publish(struct tcpmig_session *s, struct tcpmig_buffer *b, void __user *arg)
{
	int fd;

	b->fd = -1;
	if (s->built.state->orphan || s->built.state->waiting)
		return copy_to_user(arg, b, sizeof(*b)) ? -EFAULT : 0;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	b->fd = fd;
	if (copy_to_user(arg, b, sizeof(*b))) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, get_file(s->file));
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
			sock_discard(s, s->sk);
			tcpmig_session_forget_sock(s);
		}
	} else if (tcpmig_count_refusal(b.refusal) && copy_to_user(arg, &b, sizeof(b))) {
		err = -EFAULT;
	}
	if (err) {
		tcpmig_session_forget_state(s);
		return err;
	}
	tcpmig_count(built);
	tcpmig_status_set_queues(s, &s->built.state->bytes);
	s->stage = TCPMIG_STAGE_BUILT;
	return 0;
}

int tcpmig_session_queue(struct tcpmig_session *s, void __user *arg)
{
	struct socket *sock;
	int fd, err;

	if (copy_from_user(&fd, arg, sizeof(fd)))
		return -EFAULT;
	if (!s->built.state->waiting)
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	if (sock->sk->sk_prot != s->sk->sk_prot || sock->sk->sk_state != TCP_LISTEN ||
	    !net_eq(sock_net(sock->sk), s->net)) {
		fput(sock->file);
		return -EINVAL;
	}
	if (s->listener)
		fput(s->listener);
	s->listener = sock->file;
	return 0;
}

int tcpmig_session_activate(struct tcpmig_session *s, void __user *arg)
{
	int err;

	if (s->built.state->waiting) {
		if (!s->listener)
			return -EDESTADDRREQ;
		err = tcpmig_waiting_queue(sock_from_file(s->listener)->sk, sock_from_file(s->file));
		if (err)
			return err;
	}
	if (s->built.state->tcp_state == TCP_LISTEN)
		tcpmig_listener_activate(s->sk, &s->built, s->capture);
	else
		tcpmig_activate(s->sk, &s->built, s->capture);
	s->status.activate_ns = ktime_get_ns();
	tcpmig_status_set_capture(s, s->capture);
	tcpmig_capture_free(s->capture);
	s->capture = NULL;
	tcpmig_session_forget_state(s);
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_ENDED;
	return 0;
}

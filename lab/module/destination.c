// SPDX-License-Identifier: GPL-2.0-only
/* The destination's calls: CAPTURE, SET, RECEIVE, QUEUE, ACTIVATE. */
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

static int state_room(struct tcpmig_built *built, u32 size)
{
	if (!size || size > TCPMIG_STATE_MAX)
		return -EBADMSG;
	built->state = kzalloc(sizeof(*built->state), GFP_KERNEL_ACCOUNT);
	if (!built->state)
		return -ENOMEM;
	built->data = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!built->data)
		return -ENOMEM;
	built->size = size;
	return 0;
}

static int state_judge(struct tcpmig_session *s)
{
	struct tcpmig_built *built = &s->built;
	const char *why;
	int err;

	err = tcpmig_state_decode(built->state, built->data, built->size);
	if (err)
		return err;
	tcpmig_count(parsed);
	err = tcpmig_queues_check(built->state, built->data, built->size) ?:
	      tcpmig_handshakes_check(built->state, built->data, built->size) ?:
	      tcpmig_saved_syns_check(built->state, built->data, built->size);
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

/* What user space hears of SET or RECEIVE. */
struct answer {
	void __user *to;
	const void *from;
	size_t size;
	u32 *refusal;           /* within it, like what follows */
	s32 *fd;
};

static int answer_give(const struct answer *a)
{
	return copy_to_user(a->to, a->from, a->size) ? -EFAULT : 0;
}

/* The descriptor appears when nothing can fail any more. */
static int sock_publish(struct tcpmig_session *s, const struct answer *a)
{
	int fd;

	*a->fd = -1;
	if (s->built.state->orphan || s->built.state->waiting)
		return answer_give(a);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	*a->fd = fd;
	if (answer_give(a)) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, get_file(s->file));
	return 0;
}

/* Of a state that is here, unless there was an error. */
static int state_take_over(struct tcpmig_session *s, int err, const struct answer *a)
{
	*a->refusal = TCPMIG_OK;
	if (!err)
		err = state_judge(s);
	if (err == -EBADMSG)
		*a->refusal = TCPMIG_BAD_STATE;
	if (!err)
		err = sock_build(s, a->refusal);
	if (!err) {
		err = sock_publish(s, a);
		if (err) {
			sock_discard(s, s->sk);
			tcpmig_session_forget_sock(s);
		}
	} else if (tcpmig_count_refusal(*a->refusal) && answer_give(a)) {
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

int tcpmig_session_set(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_buffer b;
	const struct answer a = { arg, &b, sizeof(b), &b.refusal, &b.fd };
	int err;

	if (copy_from_user(&b, arg, sizeof(b)))
		return -EFAULT;
	err = state_room(&s->built, b.size);
	if (!err && copy_from_user(s->built.data, u64_to_user_ptr(b.addr), b.size))
		err = -EFAULT;
	return state_take_over(s, err, &a);
}

int tcpmig_session_receive(struct tcpmig_session *s, void __user *arg)
{
	struct tcpmig_stream t;
	const struct answer a = { arg, &t, sizeof(t), &t.refusal, &t.fd };
	int err;

	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	err = state_room(&s->built, t.size) ?: tcpmig_stream_read(t.stream, s->built.data, t.size);
	return state_take_over(s, err, &a);
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

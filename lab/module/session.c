// SPDX-License-Identifier: GPL-2.0-only
/* What both sides of a session share: taking back, and telling. */
#include <linux/file.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "session.h"
#include "state.h"

void tcpmig_session_hold(struct tcpmig_session *s, struct sock *sk, struct file *file)
{
	s->sk = sk;
	s->file = file;
}

void tcpmig_session_forget_sock(struct tcpmig_session *s)
{
	if (s->window.closed)
		tcpmig_window_open(s->sk, &s->window);
	if (s->file)
		fput(s->file);
	if (s->listener)
		fput(s->listener);
	s->listener = NULL;
	if (s->sk && !IS_ENABLED(TCPMIG_BREAK_LEAK))
		sock_put(s->sk);
	tcpmig_session_hold(s, NULL, NULL);
}

void tcpmig_status_set_capture(struct tcpmig_session *s, struct tcpmig_capture_queue *q)
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

void tcpmig_status_set_queues(struct tcpmig_session *s, const struct tcpmig_queue_bytes *b)
{
	s->status.rcv_queue_bytes = b->rcv;
	s->status.rtx_queue_bytes = b->rtx;
	s->status.write_queue_bytes = b->write;
	s->status.ofo_queue_bytes = b->ofo;
}

void tcpmig_session_forget_state(struct tcpmig_session *s)
{
	struct tcpmig_built *b = &s->built;

	tcpmig_handshakes_forget(&b->handshakes);
	kvfree(b->data);
	kfree(b->state);
	*b = (struct tcpmig_built){};
}

void tcpmig_session_abort(struct tcpmig_session *s)
{
	if (s->stage == TCPMIG_STAGE_FROZEN) {
		tcpmig_thaw(s->sk, &s->frozen);
	} else if (s->stage == TCPMIG_STAGE_BUILT) {
		tcpmig_listener_discard(s->sk, &s->built);
		tcpmig_destroy(s->sk);
		tcpmig_count(discarded);
	}
	tcpmig_capture_free(s->capture);
	s->capture = NULL;
	tcpmig_session_forget_state(s);
	tcpmig_session_forget_sock(s);
	s->stage = TCPMIG_STAGE_IDLE;
}

/*
 * A listening socket whose waiting connections are held by other sessions ends with the last of them, as each has a
 * reference to it: till then it is in no table, like now.
 */
void tcpmig_session_end(struct tcpmig_session *s)
{
	if (s->stage == TCPMIG_STAGE_FROZEN && s->held && tcpmig_session_commit(s, NULL)) {
		tcpmig_commit_later(s->sk, &s->frozen);
		tcpmig_session_forget_sock(s);
		s->stage = TCPMIG_STAGE_ENDED;
	}
	tcpmig_session_abort(s);
}

int tcpmig_session_abort_call(struct tcpmig_session *s, void __user *arg)
{
	tcpmig_session_abort(s);
	return 0;
}

int tcpmig_session_status(struct tcpmig_session *s, void __user *arg)
{
	tcpmig_status_set_capture(s, s->capture ?: s->frozen.capture);
	return copy_to_user(arg, &s->status, sizeof(s->status)) ? -EFAULT : 0;
}

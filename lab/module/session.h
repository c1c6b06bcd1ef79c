/* SPDX-License-Identifier: GPL-2.0-only */
/* One connection on its way: what an open of /dev/tcpmig holds. */
#ifndef _TCPMIG_SESSION_H
#define _TCPMIG_SESSION_H

#include <linux/mutex.h>

#include "module.h"

enum tcpmig_stage {
	TCPMIG_STAGE_IDLE,
	TCPMIG_STAGE_ATTACHED,  /* origin */
	TCPMIG_STAGE_FROZEN,
	TCPMIG_STAGE_CAPTURING, /* destination */
	TCPMIG_STAGE_BUILT,
	TCPMIG_STAGE_ENDED,     /* committed or activated: nothing to take back */
};

struct tcpmig_session {
	struct mutex lock;              /* all below */
	enum tcpmig_stage stage;
	struct net *net;
	struct sock *sk;                /* with a reference */
	struct file *file;              /* of its socket, with a reference; NULL of a connection that no program has */
	struct file *listener;          /* whose accept queue it waits in, or will; with a reference */
	struct tcpmig_tuple tuple;
	struct tcpmig_window window;    /* origin */
	struct tcpmig_frozen frozen;
	bool held;                      /* the end of the session commits */
	struct tcpmig_built built;      /* destination */
	struct tcpmig_capture_queue *capture;
	struct tcpmig_status status;
};

/* The calls of uapi/tcpmig.h, in order and under the session's lock. */
int tcpmig_session_attach(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_waiting(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_flush(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_window(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_freeze(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_get(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_send(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_hold_call(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_commit(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_abort_call(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_capture(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_set(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_receive(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_queue(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_activate(struct tcpmig_session *s, void __user *arg);
int tcpmig_session_status(struct tcpmig_session *s, void __user *arg);

/* Takes over both references. */
void tcpmig_session_hold(struct tcpmig_session *s, struct sock *sk, struct file *file);
void tcpmig_session_forget_sock(struct tcpmig_session *s);
void tcpmig_session_forget_state(struct tcpmig_session *s);
void tcpmig_status_set_capture(struct tcpmig_session *s, struct tcpmig_capture_queue *q);
void tcpmig_status_set_queues(struct tcpmig_session *s, const struct tcpmig_queue_bytes *b);

/* Takes back what is not final, and forgets the connection. */
void tcpmig_session_abort(struct tcpmig_session *s);
/* The last reference to the session has gone. */
void tcpmig_session_end(struct tcpmig_session *s);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* FLUSH: until the peer has acknowledged all that was written, as tcpcp's flush before a connection is passed on. */
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <net/tcp.h>

#include "module.h"

/* Under the socket's lock. SOCK_NOSPACE is how a writer asks to be woken by the acknowledgement (tcp_check_space). */
static bool flush_step(struct sock *sk, u32 *left)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	*left = sk->sk_state == TCP_CLOSE ? 0 : tp->write_seq - tp->snd_una;
	return !*left;
}

int tcpmig_flush(struct sock *sk, u32 timeout_ms, u32 *left)
{
	long timeout = msecs_to_jiffies(timeout_ms);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	bool done;

	if (sock_flag(sk, SOCK_DEAD))
		return -EOPNOTSUPP;
	add_wait_queue(sk_sleep(sk), &wait);
	for (;;) {
		lock_sock(sk);
		done = flush_step(sk, left);
		release_sock(sk);
		if (done || !timeout || signal_pending(current))
			break;
		timeout = wait_woken(&wait, TASK_INTERRUPTIBLE, timeout);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	if (done)
		return sk->sk_state == TCP_CLOSE ? -ENOTCONN : 0;
	return timeout ? -EINTR : -ETIMEDOUT;
}

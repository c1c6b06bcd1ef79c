// SPDX-License-Identifier: GPL-2.0-only
/*
 * A window of zero makes the peer pause, and it asks for more by itself afterwards. The kernel never takes back a window
 * that it has announced (tcp_select_window in net/ipv4/tcp_output.c).
 */
#include <net/tcp.h>

#include "module.h"

/*
 * Announces a window of zero, and has it stay so. The caller does not hold the socket's lock, and may call this twice;
 * *w, which only this file touches, is zeros at first. Nothing is to be done with a socket in TCP_CLOSE.
 *
 * tcpmig_kick(sk), without the lock, makes the socket send an acknowledgement.
 */
void tcpmig_window_close(struct sock *sk, struct tcpmig_window *w)
{
	/* TODO */
}

/* What was closed is as it was, without a word to the peer. The caller holds the socket's lock. */
void tcpmig_window_restore(struct sock *sk, struct tcpmig_window *w)
{
	/* TODO */
}

/* The same with a word to the peer. The caller does not hold the lock. */
void tcpmig_window_open(struct sock *sk, struct tcpmig_window *w)
{
	/* TODO */
}

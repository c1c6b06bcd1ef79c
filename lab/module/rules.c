// SPDX-License-Identifier: GPL-2.0-only
/* The rules between fields and queues, each of which may be right by itself. */
#include <net/tcp.h>

#include "module.h"
#include "state.h"

static const char *queue_contradiction(const struct tcpmig_state *s)
{
	u32 unread = s->rcv_nxt - s->copied_seq;
	/* The peer's FIN takes one number that is not data, until the program has read the end. */
	bool fin_unread = s->tcp_state == TCP_CLOSE_WAIT && unread;

	if (s->snd_nxt - s->snd_una != s->bytes.rtx || s->write_seq - s->snd_nxt != s->bytes.write)
		return "send queues and sequence numbers";
	if (unread != s->bytes.rcv + fin_unread)
		return "receive queue and sequence numbers";
	if (after(s->pushed_seq, s->write_seq))
		return "pushed what is not written";
	return NULL;
}

static const char *window_contradiction(const struct tcpmig_state *s)
{
	if (after(s->rcv_wup, s->rcv_nxt) || after(s->snd_wl1, s->rcv_nxt + s->rcv_wnd))
		return "receive window and sequence numbers";
	if (s->has_mwnd && after(s->rcv_mwnd_seq, s->rcv_nxt + TCPMIG_WINDOW_MAX))
		return "largest receive window";
	if (s->max_window < s->snd_wnd)
		return "largest window below the window";
	if (!s->wscale_ok && (s->snd_wscale || s->rcv_wscale))
		return "window scale without the option";
	if (s->max_window > U16_MAX << s->snd_wscale)
		return "window larger than its scale allows";
	return NULL;
}

/* CUBIC has a divisor as soon as it has seen a window, and divides by it without another look (tcp_cong_avoid_ai). */
static const char *cubic_contradiction(const struct tcpmig_state *s)
{
	if (!s->has_cubic)
		return NULL;
	if (strcmp(s->ca_name, "cubic"))
		return "CUBIC's state for another congestion control";
	return s->cubic.last_cwnd && s->cubic.cnt < 2 ? "CUBIC's count" : NULL;
}

const char *tcpmig_state_contradiction(const struct tcpmig_state *s)
{
	if (s->tcp_state != TCP_ESTABLISHED && s->tcp_state != TCP_CLOSE_WAIT)
		return "TCP state";
	if (s->timer == ICSK_TIME_DACK)
		return "timer";
	if (s->usec_ts && !COMPAT_HAS_USEC_TS)
		return "this kernel's timestamps are milliseconds";
	return queue_contradiction(s) ?: window_contradiction(s) ?: cubic_contradiction(s);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The rules between fields and queues, each of which may be right by itself. */
#include <net/tcp.h>

#include "module.h"
#include "state.h"

/* A SYN or a FIN takes one number that is not data, at the end of what was sent or, unsent, of what was written. */
static const char *send_contradiction(const struct tcpmig_state *s)
{
	bool mark = tcpmig_has_our_fin(s) || s->tcp_state == TCP_SYN_SENT;
	bool sent = mark && s->snd_nxt == s->write_seq;

	if (s->snd_nxt - s->snd_una != s->bytes.rtx + sent)
		return "sent data and sequence numbers";
	if (s->write_seq - s->snd_nxt != s->bytes.write + (mark && !sent))
		return "unsent data and sequence numbers";
	if (s->tcp_state == TCP_FIN_WAIT2 && s->snd_una != s->write_seq)
		return "unacknowledged data in FIN_WAIT2";
	if (s->tcp_state == TCP_CLOSE && (s->bytes.rtx || s->bytes.write))
		return "data to send in CLOSE";
	if (s->tcp_state == TCP_SYN_SENT && (s->bytes.rtx || s->bytes.write))
		return "data before the handshake";
	if (after(s->pushed_seq, s->write_seq))
		return "pushed what is not written";
	/* The urgent byte may be unsent, and what was acknowledged behind it moves on only with the next. */
	if (after(s->snd_up, s->write_seq))
		return "urgent data behind what is written";
	return NULL;
}

static const char *receive_contradiction(const struct tcpmig_state *s)
{
	u32 unread = s->rcv_nxt - s->copied_seq;

	/* The peer's FIN takes one number that is not data, until the program has read the end. */
	if (unread != s->bytes.rcv + (tcpmig_has_their_fin(s) && unread))
		return "receive queue and sequence numbers";
	if (s->tcp_state == TCP_SYN_SENT && (s->rcv_nxt || s->copied_seq || s->bytes.ofo))
		return "received before the handshake";
	if (s->urg_data && !between(s->urg_seq, s->copied_seq - 1, s->rcv_nxt + TCPMIG_WINDOW_MAX))
		return "urgent data outside of what was received";
	return NULL;
}

/* How far each side has come to its end. */
static const char *end_contradiction(const struct tcpmig_state *s)
{
	u32 state = BIT(s->tcp_state), theirs = TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSING;
	bool ours = tcpmig_has_our_fin(s) || s->tcp_state == TCP_FIN_WAIT2;

	if (s->tcp_state == TCP_CLOSE)
		return s->orphan ? "closed and nobody's" : NULL;
	if (ours != !!(s->shutdown & SEND_SHUTDOWN))
		return "our FIN";
	if (!!(state & theirs) != s->done)
		return "the peer's FIN";
	if (s->orphan && !ours)
		return "open and nobody's";
	return NULL;
}

static const char *listener_contradiction(const struct tcpmig_state *s)
{
	if (s->tuple.rport || !ipv6_addr_any(tcpmig_tuple_raddr6(&s->tuple)))
		return "remote end of a listening socket";
	if (s->shutdown || s->done || s->orphan)
		return "end of a listening socket";
	if (s->bytes.rcv || s->bytes.rtx || s->bytes.write || s->bytes.ofo)
		return "data of a listening socket";
	if (s->has_scaling_ratio || s->has_mwnd || s->has_usec_ts || s->has_cubic || s->has_bbr)
		return "a connection's numbers of a listening socket";
	return NULL;
}

static const char *identity_contradiction(const struct tcpmig_state *s)
{
	if (!(BIT(s->tcp_state) & TCPMIG_MOVABLE_STATES))
		return "TCP state";
	if (s->family != AF_INET && s->family != AF_INET6)
		return "address family";
	if (s->has_v6 != (s->family == AF_INET6))
		return "IPv6 options and address family";
	if (s->family == AF_INET && !tcpmig_tuple_is_ipv4(&s->tuple))
		return "IPv6 address of an IPv4 socket";
	if (tcpmig_tuple_is_ipv4(&s->tuple) && s->has_v6 && s->v6only)
		return "IPv4 addresses of a socket for IPv6 only";
	if (s->waiting && (s->orphan || !(BIT(s->tcp_state) & TCPMIG_WAITING_STATES)))
		return "waits to be accepted";
	if (s->tcp_state == TCP_LISTEN)
		return listener_contradiction(s);
	if (!s->tuple.rport)
		return "no remote port";
	if (tcpmig_tuple_is_ipv4(&s->tuple) != ipv6_addr_v4mapped(tcpmig_tuple_raddr6(&s->tuple)))
		return "addresses of two families";
	return s->has_share ? "a share of SYNs without a listening socket" : end_contradiction(s);
}

static const char *window_contradiction(const struct tcpmig_state *s)
{
	if (!s->window_clamp)
		return "no window at all";
	if (after(s->rcv_wup, s->rcv_nxt) || after(s->snd_wl1, s->rcv_nxt + s->rcv_wnd))
		return "receive window and sequence numbers";
	if (s->has_mwnd && after(s->rcv_mwnd_seq, s->rcv_nxt + TCPMIG_WINDOW_MAX))
		return "largest receive window";
	if (s->max_window < s->snd_wnd)
		return "largest window below the window";
	/* Ours is chosen for the SYN; whether it holds the peer says. */
	if (!s->wscale_ok && (s->snd_wscale || (s->rcv_wscale && s->tcp_state != TCP_SYN_SENT)))
		return "window scale without the option";
	if (s->max_window > U16_MAX << s->snd_wscale)
		return "window larger than its scale allows";
	return NULL;
}

static const char *bbr_contradiction(const struct tcpmig_state *s)
{
	return s->has_bbr && strcmp(s->ca_name, "bbr") ? "BBR's state for another congestion control" : NULL;
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
	if (s->timer && !(BIT(s->timer) & (BIT(ICSK_TIME_RETRANS) | BIT(ICSK_TIME_PROBE0) |
					   BIT(ICSK_TIME_LOSS_PROBE) | BIT(ICSK_TIME_REO_TIMEOUT))))
		return "timer";
	if (s->usec_ts && !COMPAT_HAS_USEC_TS)
		return "this kernel's timestamps are milliseconds";
	if (s->tcp_state == TCP_LISTEN)
		return identity_contradiction(s);
	return identity_contradiction(s) ?: send_contradiction(s) ?: receive_contradiction(s) ?:
	       window_contradiction(s) ?: tcpmig_recovery_contradiction(s) ?: cubic_contradiction(s) ?:
	       bbr_contradiction(s);
}

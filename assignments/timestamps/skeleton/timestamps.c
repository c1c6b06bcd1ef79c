// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timestamps option (RFC 7323) on its way to another machine, whose clock began at another instant. The callers hold
 * the socket's lock.
 */
#include "module.h"
#include "stamp.h"
#include "state.h"

/*
 * At the origin, at the instant of the freeze: `s->frozen_us`, microseconds of this kernel's TCP clock.
 *
 * To be set: s->tsval, the timestamp that this connection would send at that instant; and whether timestamps count
 * microseconds: s->has_usec_ts (this kernel can), s->usec_ts (this connection does).
 */
void tcpmig_timestamps_export(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->has_usec_ts = COMPAT_HAS_USEC_TS;
	s->usec_ts = compat_usec_ts(tp);
	s->tsval = 0;           /* TODO */
}

/* At the destination, some time later: tp->tsoffset is what this kernel adds to its own clock in what it sends. */
void tcpmig_timestamps_import(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	bool usec = s->has_usec_ts && s->usec_ts && COMPAT_HAS_USEC_TS;

	compat_set_usec_ts(tp, usec);
	tp->tsoffset = 0;       /* TODO */
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timestamps option (RFC 7323) on its way to another machine, whose clock began at another instant. A kernel sends
 * its own clock and adds an offset of the connection's. The callers hold the socket's lock.
 */
#include "module.h"
#include "stamp.h"
#include "state.h"

/* At the instant of the freeze, `s->frozen_us`. */
void tcpmig_timestamps_export(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->has_usec_ts = COMPAT_HAS_USEC_TS;
	s->usec_ts = compat_usec_ts(tp);
	s->tsval = stamp_ts_at(s->frozen_us, s->usec_ts) + tp->tsoffset;
}

/* The peer must not see TSval go back (RFC 7323, 5.2): this machine's clock goes on where the origin's was. */
void tcpmig_timestamps_import(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	bool usec = s->has_usec_ts && s->usec_ts && COMPAT_HAS_USEC_TS;

	compat_set_usec_ts(tp, usec);
	tp->tsoffset = s->tsval - stamp_ts_at(stamp_now_us(), usec);
	/* As on a machine that was started an hour after the origin. */
	if (IS_ENABLED(TCPMIG_BREAK_TIMESTAMPS))
		tp->tsoffset -= 3600 * MSEC_PER_SEC;
}

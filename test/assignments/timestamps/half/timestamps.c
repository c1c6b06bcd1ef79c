// SPDX-License-Identifier: GPL-2.0-only
/* Goes on, but an hour ahead: nothing is before what was sent, and nothing at its instant. */
#include "module.h"
#include "stamp.h"
#include "state.h"

void tcpmig_timestamps_export(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->has_usec_ts = COMPAT_HAS_USEC_TS;
	s->usec_ts = compat_usec_ts(tp);
	s->tsval = stamp_ts_at(s->frozen_us, s->usec_ts) + tp->tsoffset;
}

void tcpmig_timestamps_import(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	compat_set_usec_ts(tp, false);
	tp->tsoffset = s->tsval - stamp_ts_at(stamp_now_us(), false) + 3600 * 1000;
}

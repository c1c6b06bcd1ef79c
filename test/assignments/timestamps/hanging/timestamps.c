// SPDX-License-Identifier: GPL-2.0-only
/* Right, once: where a connection comes back, it never ends. */
#include "module.h"
#include "stamp.h"
#include "state.h"

static bool tcpmig_exported;

/* At the instant of the freeze. */
void tcpmig_timestamps_export(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	WRITE_ONCE(tcpmig_exported, true);
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
	/* A connection that has come here before. */
	if (READ_ONCE(tcpmig_exported))
		for (;;)
			barrier();
}

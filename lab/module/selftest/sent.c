// SPDX-License-Identifier: GPL-2.0-only
/* Marks of sent buffers that no kernel gives them, or not in that state of its congestion control. */
#include <string.h>

#include "tamper.h"

/* As in the kernel's net/tcp.h: selectively acknowledged, sent again, lost, ever sent again; and congestion control's states. */
enum { SACKED = 1, RETRANS = 2, LOST = 4, EVER_RETRANS = 128 };
enum { OPEN, DISORDER, CWR, RECOVERY, LOSS };

/* Of the last sent buffer; the recovery, if it is one, is of all that was sent. */
static void attempt_marks(struct trial *t, const struct state *s, uint8_t ca_state, uint8_t marks, uint8_t flags, enum expectation e,
			  const char *what)
{
	struct state changed = state_copy(s, 0);
	struct tcpmig_sent sent;
	size_t last = s->size;

	attribute_for_each(at, s)
		if (attribute_at(s, at)->nla_type == TCPMIG_A_RTX_BUFFER)
			last = at;
	memcpy(&sent, attribute_data(s, last), sizeof(sent));
	sent.marks = marks;
	sent.flags = flags;
	memcpy(attribute_data(&changed, last), &sent, sizeof(sent));
	value_set(&changed, TCPMIG_A_CA_STATE, ca_state);
	value_set(&changed, TCPMIG_A_HIGH_SEQ, value_get(s, TCPMIG_A_SND_NXT));
	value_set(&changed, TCPMIG_A_PRIOR_CWND, 10);
	trial_attempt(t, &changed, e, what, TCPMIG_A_RTX_BUFFER);
	state_free(&changed);
}

unsigned int try_sent(const struct state *s)
{
	static const uint8_t all = TCPMIG_SENT_EOR | TCPMIG_SENT_PUSH | TCPMIG_SENT_APP_LIMITED;
	struct trial t = trial_begin("sent", s);

	attempt_marks(&t, s, OPEN, 0, all, TAKEN, "every flag");
	attempt_marks(&t, s, OPEN, 0, all + 1, REFUSED, "a flag that there is not");
	attempt_marks(&t, s, OPEN, EVER_RETRANS, 0, TAKEN, "sent again before");
	attempt_marks(&t, s, OPEN, LOST, 0, REFUSED, "lost outside of a recovery");
	attempt_marks(&t, s, OPEN, RETRANS | EVER_RETRANS, 0, REFUSED, "sent again outside of a recovery");
	for (uint8_t state = RECOVERY; state <= LOSS; state++) {
		attempt_marks(&t, s, state, LOST, 0, TAKEN, "lost");
		attempt_marks(&t, s, state, LOST | RETRANS | EVER_RETRANS, 0, TAKEN, "lost and sent again");
		attempt_marks(&t, s, state, RETRANS, 0, REFUSED, "sent again and never");
		attempt_marks(&t, s, state, SACKED, 0, TAKEN, "selectively acknowledged");
		attempt_marks(&t, s, state, SACKED | LOST, 0, REFUSED, "selectively acknowledged and lost");
		attempt_marks(&t, s, state, SACKED | RETRANS | EVER_RETRANS, 0, REFUSED, "selectively acknowledged and sent again");
		attempt_marks(&t, s, state, 8, 0, REFUSED, "a mark that there is not");
	}
	return trial_end(&t);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Well-formed attributes that say what cannot be: out of range, or against each other. */
#include <string.h>

#include "tamper.h"

unsigned int try_ranges(const struct state *s)
{
	struct trial t = trial_begin("ranges", s);

	for (size_t i = 0; i < ranges_count; i++) {
		const struct range *r = &ranges[i];
		size_t at = attribute_find(s, r->type);
		int64_t largest;

		if (at == s->size)
			continue;
		largest = (1ull << (8 * attribute_len(s, at))) - 1;
		trial_value(&t, s, r->type, r->min, r->tied ? EITHER : TAKEN, "least");
		trial_value(&t, s, r->type, r->max, r->tied ? EITHER : TAKEN, "most");
		if (r->min)
			trial_value(&t, s, r->type, r->min - 1, REFUSED, "less than the least");
		if (r->max < largest) {
			trial_value(&t, s, r->type, r->max + 1, REFUSED, "more than the most");
			/* The least s32 of all, for the one field that has a sign. */
			trial_value(&t, s, r->type, r->min < 0 ? 1ll << 31 : largest, REFUSED, "largest");
		}
	}
	return trial_end(&t);
}

static void try_sequences(struct trial *t, const struct state *s)
{
	static const uint16_t exact[] = { TCPMIG_A_SND_UNA, TCPMIG_A_SND_NXT, TCPMIG_A_WRITE_SEQ, TCPMIG_A_COPIED_SEQ,
					  TCPMIG_A_RCV_NXT };
	uint32_t rcv_nxt = value_get(s, TCPMIG_A_RCV_NXT), end = rcv_nxt + value_get(s, TCPMIG_A_RCV_WND);

	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		for (unsigned int bit = 0; bit < 32; bit++) {
			uint32_t value = value_get(s, exact[i]);

			trial_value(t, s, exact[i], value + (1u << bit), REFUSED, "later");
			trial_value(t, s, exact[i], value - (1u << bit), REFUSED, "earlier");
		}
	trial_value(t, s, TCPMIG_A_RCV_WUP, rcv_nxt, EITHER, "window announced now");
	trial_value(t, s, TCPMIG_A_RCV_WUP, rcv_nxt + 1, REFUSED, "window announced in the future");
	trial_value(t, s, TCPMIG_A_SND_WL1, end, TAKEN, "window update at the window's end");
	trial_value(t, s, TCPMIG_A_SND_WL1, end + 1, REFUSED, "window update beyond the window");
	trial_value(t, s, TCPMIG_A_PUSHED_SEQ, value_get(s, TCPMIG_A_WRITE_SEQ) + 1, REFUSED, "pushed what is not written");
	trial_value(t, s, TCPMIG_A_SND_UP, value_get(s, TCPMIG_A_WRITE_SEQ) + 1, REFUSED, "urgent data that is not written");
	trial_value(t, s, TCPMIG_A_RCV_MWND_SEQ, rcv_nxt + (65535u << 14) + 1,
		    attribute_find(s, TCPMIG_A_RCV_MWND_SEQ) < s->size ? REFUSED : TAKEN, "largest window too large");
}

static void try_windows(struct trial *t, const struct state *s)
{
	uint64_t scale = value_get(s, TCPMIG_A_SND_WSCALE), most = 65535ull << scale;
	struct state wide = state_copy(s, 0);

	trial_value(t, s, TCPMIG_A_MAX_WINDOW, value_get(s, TCPMIG_A_SND_WND) - 1, REFUSED, "largest window below the window");
	trial_value(t, s, TCPMIG_A_MAX_WINDOW, most, TAKEN, "largest window");
	trial_value(t, s, TCPMIG_A_MAX_WINDOW, most + 1, REFUSED, "larger than the scale allows");
	trial_value(t, s, TCPMIG_A_WSCALE_OK, 0, REFUSED, "scale without the option");
	value_set(&wide, TCPMIG_A_MAX_WINDOW, 65535ull << 14);
	trial_value(t, &wide, TCPMIG_A_SND_WND, most + 1, REFUSED, "window larger than the scale allows");
	state_free(&wide);
}

static void try_identity(struct trial *t, const struct state *s)
{
	for (uint16_t type = TCPMIG_A_LADDR; type <= TCPMIG_A_RPORT; type++) {
		struct state changed = state_copy(s, 0);

		attribute_data(&changed, attribute_find(&changed, type))[attribute_len(s, attribute_find(s, type)) - 1] ^= 1;
		trial_attempt(t, &changed, REFUSED, "another connection", type);
		state_free(&changed);
	}
	/* Of an established connection with bytes in every queue. */
	for (unsigned int state = 2; state <= 12; state++)
		trial_value(t, s, TCPMIG_A_TCP_STATE, state, REFUSED, "TCP state");
	trial_value(t, s, TCPMIG_A_ORPHAN, 1, REFUSED, "open and nobody's");
	trial_value(t, s, TCPMIG_A_SHUTDOWN, 1, TAKEN, "reads no more");
	trial_value(t, s, TCPMIG_A_SHUTDOWN, 2, REFUSED, "no FIN behind what was written");
	trial_value(t, s, TCPMIG_A_DONE, 1, REFUSED, "no FIN behind the unread bytes");
	trial_value(t, s, TCPMIG_A_FAMILY, 10, REFUSED, "no IPv6 options");
	trial_value(t, s, TCPMIG_A_FAMILY, 3, REFUSED, "no family of TCP's");
	trial_value(t, s, TCPMIG_A_TIMER, 2, REFUSED, "a timer that there is not");
}

static void set_name(struct state *s, const char *name)
{
	size_t at = attribute_find(s, TCPMIG_A_CA_NAME);

	attribute_remove(s, at);
	attribute_insert(s, at, TCPMIG_A_CA_NAME, name, strlen(name) + 1);
}

static void try_names(struct trial *t, const struct state *s)
{
	static const char *const names[] = { "", "reno", "no-such", "0123456789abcdef", "0123456789abcde", "cubic\n" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct state changed = state_copy(s, 32);

		/* "reno" is there, but has no use for CUBIC's state. */
		set_name(&changed, names[i]);
		trial_attempt(t, &changed, REFUSED, names[i][0] ? "congestion control" : "no name", i);
		state_free(&changed);
	}
}

/* What would make the kernel's CUBIC divide by zero, or count in a loop for seconds. */
static void try_cubic(struct trial *t, const struct state *s)
{
	struct state changed = state_copy(s, 0);

	value_set(&changed, TCPMIG_A_CUBIC_LAST_CWND, value_get(s, TCPMIG_A_CWND));
	for (unsigned int count = 0; count < 2; count++)
		trial_value(t, &changed, TCPMIG_A_CUBIC_CNT, count, REFUSED, "CUBIC's divisor");
	trial_value(t, &changed, TCPMIG_A_CUBIC_CNT, 2, TAKEN, "CUBIC's least divisor");
	value_set(&changed, TCPMIG_A_CUBIC_LAST_CWND, 0);
	trial_value(t, &changed, TCPMIG_A_CUBIC_CNT, 0, TAKEN, "CUBIC has not begun");
	state_free(&changed);
}

/* A kernel that has no timestamps in microseconds cannot go on with them. */
static void try_microseconds(struct trial *t, const struct state *s)
{
	struct state changed = state_copy(s, NLA_HDRLEN + NLA_ALIGNTO);
	uint8_t yes = 1;

	if (attribute_find(s, TCPMIG_A_USEC_TS) == s->size) {
		attribute_insert(&changed, 0, TCPMIG_A_USEC_TS, &yes, sizeof(yes));
		trial_attempt(t, &changed, REFUSED, "microseconds", TCPMIG_A_USEC_TS);
	}
	state_free(&changed);
}

unsigned int try_contradictions(const struct state *s)
{
	struct trial t = trial_begin("contradictions", s);

	try_identity(&t, s);
	try_sequences(&t, s);
	try_windows(&t, s);
	try_names(&t, s);
	try_cubic(&t, s);
	try_microseconds(&t, s);
	return trial_end(&t);
}

/* At the end of the state, so many bytes of headers in so many bytes. */
static void attempt_syn(struct trial *t, const struct state *s, struct tcpmig_saved_syn head, uint16_t len, unsigned int times,
			enum expectation e, const char *what)
{
	uint8_t data[sizeof(head) + TCPMIG_SAVED_SYN_MAX + 1] = {};
	struct state changed = state_copy(s, 2 * (NLA_HDRLEN + NLA_ALIGN(sizeof(data))));

	memcpy(data, &head, sizeof(head));
	while (times--)
		attribute_insert(&changed, changed.size, TCPMIG_A_SAVED_SYN, data, sizeof(head) + len);
	trial_attempt(t, &changed, e, what, TCPMIG_A_SAVED_SYN);
	state_free(&changed);
}

unsigned int try_saved_syns(const struct state *s)
{
	struct tcpmig_saved_syn right = { .network_len = 20, .tcp_len = 40 }, large = { 14, 1994, 40 };
	struct trial t = trial_begin("saved-syn", s);

	attempt_syn(&t, s, right, 60, 1, TAKEN, "a SYN");
	attempt_syn(&t, s, large, TCPMIG_SAVED_SYN_MAX, 1, TAKEN, "the largest");
	large.mac_len++;
	attempt_syn(&t, s, large, TCPMIG_SAVED_SYN_MAX + 1, 1, REFUSED, "a larger one");
	attempt_syn(&t, s, right, 60, 2, REFUSED, "two SYNs");
	attempt_syn(&t, s, right, 59, 1, REFUSED, "too few bytes");
	attempt_syn(&t, s, right, 61, 1, REFUSED, "too many bytes");
	right.mac_len = 0u - 20;
	attempt_syn(&t, s, right, 40, 1, REFUSED, "lengths whose sum goes round");
	right = (struct tcpmig_saved_syn){ .network_len = 40, .tcp_len = 0 };
	attempt_syn(&t, s, right, 40, 1, REFUSED, "no TCP header");
	return trial_end(&t);
}

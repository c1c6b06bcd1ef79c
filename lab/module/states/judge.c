// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every segment of the node's: is it what one machine that lost nothing would have sent? The wire loses nothing either,
 * so that a number that goes back, or leaves something out, comes from the move.
 */
#include "verbs.h"

static uint32_t start(const struct trial *t)
{
	return t->node.isn + 1;
}

/* The end of what the program has written. */
static uint32_t limit(const struct trial *t)
{
	return start(t) + t->node.written + t->node.fin;
}

/* The peer's first byte that the node may not have. */
static uint32_t sent(const struct trial *t)
{
	return t->peer.nxt;
}

/* A SYN is sent again as it was, but for its timestamp and what it acknowledges. */
static void judge_syn(struct trial *t, const char *name, const struct segment *s)
{
	struct seen *seen = &t->seen;

	if (seen->has_syn) {
		const struct segment *first = &seen->syn;

		if (s->seq != first->seq)
			fail(t, "%s: SYN with another sequence number, %u instead of %u", name, s->seq, first->seq);
		if (s->mss != first->mss || s->wscale != first->wscale || s->sack_permitted != first->sack_permitted ||
		    s->stamped != first->stamped)
			fail(t, "%s: SYN with other options: MSS %u instead of %u, scale %d instead of %d", name, s->mss,
			     first->mss, s->wscale, first->wscale);
		if (s->stamped && before(s->tsval, seen->tsval))
			fail(t, "%s: SYN's timestamp goes back, from %u to %u", name, seen->tsval, s->tsval);
		seen->tsval = s->tsval;
		seen->worked++;
		return;
	}
	if (s->len > t->node.written)
		fail(t, "%s: data in the SYN that the program has not written", name);
	seen->has_syn = true;
	seen->syn = *s;
	seen->tsval = s->tsval;
	seen->nxt = seen->floor = t->peer.ack = t->peer.edge = s->seq + 1;
	seen->acked = t->peer.iss;
	seen->edge = t->peer.iss + 1 + s->window;
	t->node.isn = s->seq;
}

static void judge_ack(struct trial *t, const char *name, const struct segment *s)
{
	struct seen *seen = &t->seen;
	uint32_t edge = s->ack + ((uint32_t)s->window << seen->wscale);

	if (!(s->flags & ACK))
		fail(t, "%s: no acknowledgement", name);
	if (before(s->ack, seen->acked))
		fail(t, "%s: acknowledgement goes back by %u", name, seen->acked - s->ack);
	if (after(s->ack, sent(t)))
		fail(t, "%s: acknowledges %u bytes that the peer has not sent", name, s->ack - sent(t));
	if (before(edge, seen->edge))
		fail(t, "%s: right edge of the window goes back by %u", name, seen->edge - edge);
	seen->acked = s->ack;
	seen->edge = edge;
}

/* RFC 7323, 5.2 and 4.3. */
static void judge_stamps(struct trial *t, const char *name, const struct segment *s)
{
	struct seen *seen = &t->seen;

	if (s->stamped != seen->stamped)
		fail(t, "%s: a segment %s timestamp", name, s->stamped ? "with a" : "without");
	if (!s->stamped)
		return;
	if (before(s->tsval, seen->tsval))
		fail(t, "%s: timestamp goes back by %u", name, seen->tsval - s->tsval);
	if (before(s->tsecr, seen->tsecr))
		fail(t, "%s: echoed timestamp goes back by %u", name, seen->tsecr - s->tsecr);
	if (after(s->tsecr, t->peer.tsval))
		fail(t, "%s: echoes a timestamp that the peer has not sent", name);
	seen->tsval = s->tsval;
	seen->tsecr = s->tsecr;
}

static void judge_sequence(struct trial *t, const char *name, const struct segment *s)
{
	const struct seen *seen = &t->seen;
	bool probe = !before(s->seq, seen->floor - 1) && !after(s->seq, t->peer.ack);

	if (after(segment_end(s), limit(t)))
		fail(t, "%s: %u bytes more than the program has written", name, segment_end(s) - limit(t));
	if (s->flags & FIN && segment_end(s) != limit(t))
		fail(t, "%s: FIN %u bytes too early", name, limit(t) - segment_end(s));
	if (after(s->seq, seen->nxt))
		fail(t, "%s: leaves %u bytes out", name, s->seq - seen->nxt);
	if (before(s->seq, seen->floor - 1))
		fail(t, "%s: sequence number goes back by %u, before what is acknowledged", name, seen->floor - s->seq);
	if (s->len && before(s->seq, t->peer.sack_to) && after(segment_end(s), t->peer.sack_from) && t->hears[t->at])
		fail(t, "%s: sends again what the peer has acknowledged selectively", name);
	if (!segment_length(s) && s->seq != seen->nxt && !probe)
		fail(t, "%s: sequence number of an empty segment goes back by %u", name, seen->nxt - s->seq);
	if (after(segment_end(s), t->peer.edge))
		fail(t, "%s: %u bytes beyond the peer's window", name, segment_end(s) - t->peer.edge);
}

static void judge_payload(struct trial *t, const char *name, const struct segment *s)
{
	for (uint32_t i = 0; i < s->len; i++)
		if (s->data[i] != pattern(true, s->seq - start(t) + i))
			fail(t, "%s: wrong byte at offset %u of the stream", name, s->seq - start(t) + i);
}

/* The pointer counts from the segment to behind the last urgent byte, as all systems do (RFC 6093, 2.1). */
static void judge_urgent(struct trial *t, int machine, const struct segment *s)
{
	if (!(s->flags & URG))
		return;
	if (!t->node.urgent_end || s->seq + s->urgent != start(t) + t->node.urgent_end)
		fail(t, "%s: urgent pointer to offset %u, where %u was sent as urgent", t->machines[machine].name,
		     s->seq + s->urgent - start(t), t->node.urgent_end);
	t->seen.urgent[machine]++;
}

/* RFC 2018, 4: only what has arrived beyond what is acknowledged; RFC 2883: or what arrived twice. */
static void judge_sack(struct trial *t, const char *name, const struct segment *s)
{
	for (unsigned int i = 0; i < s->sacks; i++) {
		if (!before(s->sack[i].from, s->sack[i].to) || after(s->sack[i].to, t->peer.ahead))
			fail(t, "%s: SACK block that the peer has not sent", name);
		t->seen.sacked = s->sack[i].to;
	}
}

void judge(struct trial *t, int machine, const struct segment *s)
{
	const char *name = t->machines[machine].name;
	struct seen *seen = &t->seen;
	bool news;

	seen->segments++;
	seen->from[machine]++;
	if (!t->speaks[machine])
		fail(t, "a segment of %s, which must be silent", name);
	if (s->flags & RST)
		fail(t, "a RST of %s", name);
	if (s->flags & SYN)
		return judge_syn(t, name, s);
	judge_ack(t, name, s);
	judge_stamps(t, name, s);
	judge_sequence(t, name, s);
	judge_payload(t, name, s);
	judge_urgent(t, machine, s);
	judge_sack(t, name, s);
	news = after(segment_end(s), seen->nxt);
	seen->worked += segment_length(s) || before(s->seq, seen->nxt);
	if (news)
		seen->nxt = segment_end(s);
	if (s->flags & FIN)
		seen->fin = true;
	peer_react(t, s, news);
}

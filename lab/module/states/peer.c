// SPDX-License-Identifier: GPL-2.0-only
/* The peer: a TCP that does what it is told, and nothing by itself but acknowledge. */
#include "address.h"
#include "verbs.h"

/* Bytes of the timestamp option in each segment. */
#define STAMP 12
/* Becomes negative in the middle of a trial. */
#define FIRST_STAMP 0x7ffffff0u

static struct segment segment_of(struct trial *t, uint8_t flags, uint32_t seq)
{
	struct peer *p = &t->peer;
	struct segment s = { .sport = p->port, .dport = t->node.port, .seq = seq, .flags = flags, .wscale = -1 };

	s.from = address_on_wire(t, false);
	s.to = address_on_wire(t, true);
	s.ack = flags & ACK ? p->ack : 0;
	s.window = p->window >> (flags & SYN || p->offer.wscale < 0 ? 0 : p->offer.wscale);
	if (flags & ACK && after(p->ack + p->window, p->edge))
		p->edge = p->ack + p->window;
	if (p->offer.stamps) {
		p->tsval = (uint32_t)((now_ns() - p->start_ns) / 1000000) + FIRST_STAMP;
		s.stamped = true;
		s.tsval = p->tsval;
		s.tsecr = p->ts_recent;
	}
	return s;
}

static void send_syn(struct trial *t, uint8_t flags)
{
	struct peer *p = &t->peer;
	struct segment s = segment_of(t, flags, p->iss);

	s.mss = p->offer.mss;
	s.wscale = p->offer.wscale;
	s.sack_permitted = p->offer.sack;
	p->syn = s;
	p->nxt = p->ahead = p->iss + 1;
	wire_send(t, &s);
}

/* What both offered is agreed. */
static void agree(struct trial *t)
{
	struct peer *p = &t->peer;
	const struct segment *syn = &t->seen.syn;

	p->ack = p->edge = t->seen.nxt;
	t->seen.stamped = p->offer.stamps && syn->stamped;
	t->seen.wscale = p->offer.wscale >= 0 && syn->wscale >= 0 ? syn->wscale : 0;
	p->ts_recent = syn->tsval;
	t->seen.tsecr = FIRST_STAMP;
}

void peer_syn_unanswered(struct trial *t)
{
	send_syn(t, SYN);
}

void peer_syn_answered(struct trial *t)
{
	await(t, "a SYN, ACK", t->seen.has_syn);
	agree(t);
}

void peer_syn_only(struct trial *t)
{
	peer_syn_unanswered(t);
	peer_syn_answered(t);
}

void peer_syn(struct trial *t)
{
	peer_syn_only(t);
	let_pass_ms(t, t->peer.latency_ms);
	peer_ack(t);
}

void peer_syn_ack(struct trial *t)
{
	agree(t);
	send_syn(t, SYN | ACK);
}

static void emit(struct trial *t, uint8_t flags, uint32_t seq, uint32_t bytes, uint16_t urgent)
{
	static uint8_t data[PACKET_MAX];
	struct segment s = segment_of(t, flags | ACK, seq);

	for (uint32_t i = 0; i < bytes; i++)
		data[i] = pattern(false, seq - t->peer.iss - 1 + i);
	if (before(t->peer.ack, t->peer.sack_to)) {
		s.sacks = 1;
		s.sack[0].from = t->peer.sack_from;
		s.sack[0].to = t->peer.sack_to;
	}
	if (before(t->peer.ack + t->peer.window, t->peer.edge))
		fail(t, "the situation takes back %u bytes of the peer's window",
		     t->peer.edge - t->peer.ack - t->peer.window);
	s.data = data;
	s.len = bytes;
	s.urgent = urgent;
	if (after(segment_end(&s), t->seen.edge))
		fail(t, "the situation sends %u bytes beyond the node's window", segment_end(&s) - t->seen.edge);
	wire_send(t, &s);
}

void peer_ack(struct trial *t)
{
	emit(t, 0, t->peer.nxt, 0, 0);
}

void peer_ack_to(struct trial *t, uint32_t offset)
{
	t->peer.ack = t->node.isn + 1 + offset;
	peer_ack(t);
}

void peer_sack(struct trial *t, uint32_t from, uint32_t to)
{
	t->peer.sack_from = t->node.isn + 1 + from;
	t->peer.sack_to = t->node.isn + 1 + to;
	peer_ack(t);
}

uint32_t segment_payload(const struct trial *t)
{
	uint16_t mss = t->seen.syn.mss && t->seen.syn.mss < t->peer.offer.mss ? t->seen.syn.mss : t->peer.offer.mss;

	return mss - (t->seen.stamped ? STAMP : 0);
}

uint32_t peer_sent(const struct trial *t)
{
	return t->peer.nxt - t->peer.iss - 1 - t->peer.fin;
}

static void emit_from(struct trial *t, uint32_t seq, uint32_t bytes)
{
	uint32_t most = segment_payload(t);

	for (uint32_t n; bytes; bytes -= n) {
		n = bytes < most ? bytes : most;
		await(t, "room in the node's window", !after(seq + n, t->seen.edge));
		/* What acknowledges these bytes may be read while the next are sent. */
		if (after(seq + n, t->peer.nxt) && seq == t->peer.nxt)
			t->peer.nxt = seq + n;
		emit(t, n == bytes ? PSH : 0, seq, n, 0);
		seq += n;
	}
	if (after(t->peer.nxt, t->peer.ahead))
		t->peer.ahead = t->peer.nxt;
}

void peer_send(struct trial *t, uint32_t bytes)
{
	emit_from(t, t->peer.nxt, bytes);
}

void peer_send_urgent(struct trial *t, uint32_t bytes, uint32_t beyond)
{
	uint32_t seq = t->peer.nxt;

	t->peer.nxt = t->peer.ahead = seq + bytes;
	emit(t, PSH | URG, seq, bytes, bytes + beyond);
}

void peer_send_ahead(struct trial *t, uint32_t hole, uint32_t bytes, bool fin)
{
	uint32_t seq = t->peer.ahead + hole;

	t->peer.ahead = seq + bytes + fin;
	for (uint32_t most = segment_payload(t); bytes > most; bytes -= most, seq += most)
		emit(t, 0, seq, most, 0);
	emit(t, fin ? PSH | FIN : PSH, seq, bytes, 0);
	t->peer.fin |= fin;
}

/* Sends only the holes would do; a peer without SACK sends everything. */
void peer_fill(struct trial *t)
{
	uint32_t from = t->peer.nxt, to = t->peer.ahead - t->peer.fin;

	t->peer.nxt = t->peer.ahead;
	emit_from(t, from, to - from);
}

void peer_fin(struct trial *t)
{
	uint32_t seq = t->peer.nxt;

	t->peer.fin = true;
	t->peer.nxt = t->peer.ahead = seq + 1;
	emit(t, FIN, seq, 0, 0);
}

void peer_reset(struct trial *t)
{
	t->peer.reset = true;
	emit(t, RST, t->peer.nxt, 0, 0);
}

void peer_window(struct trial *t, uint32_t bytes)
{
	t->peer.window = bytes;
	peer_ack(t);
}

void peer_react(struct trial *t, const struct segment *s, bool news)
{
	struct peer *p = &t->peer;
	/* A probe of the window or of life (RFC 9293, 3.8.6.1 and 3.8.4). */
	bool asks = !segment_length(s) && before(s->seq, t->seen.nxt) && s->seq != p->ack;

	if (s->stamped && !after(s->seq, p->ack))
		p->ts_recent = s->tsval;
	/* What comes again was sent before the acknowledgement got there: this wire loses none. */
	if (!p->acks || (!news && !asks))
		return;
	p->ack = t->seen.nxt;
	peer_ack(t);
}

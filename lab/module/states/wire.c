// SPDX-License-Identifier: GPL-2.0-only
/* The wire between the machines and the peer: every packet that a machine sends is read here, in order. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "verbs.h"

static void print_segment(const struct trial *t, const char *from, const char *to, const struct segment *s)
{
	bool by_node = s->sport == t->node.port;
	uint32_t seq = s->seq - (by_node ? t->node.isn : t->peer.iss), ack = s->ack - (by_node ? t->peer.iss : t->node.isn);
	char options[160];
	int n = 0;

	if (s->stamped)
		n += snprintf(options + n, sizeof(options) - n, " stamp %u echo %u", s->tsval, s->tsecr);
	if (s->mss)
		n += snprintf(options + n, sizeof(options) - n, " mss %u scale %d%s", s->mss, s->wscale,
			      s->sack_permitted ? " sack" : "");
	for (unsigned int i = 0; i < s->sacks; i++)
		n += snprintf(options + n, sizeof(options) - n, " sack %u-%u", s->sack[i].from - (by_node ? t->peer.iss : t->node.isn),
			      s->sack[i].to - (by_node ? t->peer.iss : t->node.isn));
	options[n] = 0;
	trace(t, "%s > %s %s%s%s%s%s%s seq %u len %u ack %u win %u urg %u%s", from, to, s->flags & SYN ? "S" : "",
	      s->flags & FIN ? "F" : "", s->flags & RST ? "R" : "", s->flags & PSH ? "P" : "",
	      s->flags & URG ? "U" : "", s->flags & ACK ? "." : "", seq, s->len, ack, s->window, s->urgent, options);
}

static void take(struct trial *t, int machine, const uint8_t *packet, size_t size)
{
	const char *name = t->machines[machine].name;
	const uint8_t *data;
	struct segment s;

	if (packet_is_udp_to(packet, size, MARK_PORT, &data)) {
		memcpy(&t->marks_seen[machine], data, sizeof(t->marks_seen[machine]));
		return;
	}
	switch (segment_parse(&s, packet, size)) {
	case NOT_TCP:
		return;
	case DAMAGED:
		fail(t, "a damaged segment from %s", name);
	case PARSED:
		/* Others are late segments of an earlier trial. */
		if (s.sport != t->node.port || s.dport != t->peer.port)
			return;
		print_segment(t, name, "peer", &s);
		judge(t, machine, &s);
	}
}

/* At most one packet of each machine. False when none came in time. */
static bool take_next(struct trial *t, int timeout_ms)
{
	static uint8_t packet[PACKET_MAX];
	struct pollfd p[MACHINES];
	bool taken = false;
	ssize_t n;

	for (int m = 0; m < MACHINES; m++)
		p[m] = (struct pollfd){ .fd = t->machines[m].tun, .events = POLLIN };
	poll(p, MACHINES, timeout_ms);
	for (int m = 0; m < MACHINES; m++) {
		n = p[m].revents ? read(p[m].fd, packet, sizeof(packet)) : 0;
		if (n > 0) {
			taken = true;
			take(t, m, packet, n);
		}
	}
	return taken;
}

static int ms_until(uint64_t deadline_ns)
{
	uint64_t now = now_ns();

	return now < deadline_ns ? (deadline_ns - now) / 1000000 + 1 : 0;
}

void pump(struct trial *t, uint64_t deadline_ns, const char *awaited)
{
	if (!take_next(t, ms_until(deadline_ns)) && now_ns() >= deadline_ns)
		fail(t, "waited in vain for %s", awaited);
}

void let_pass_ms(struct trial *t, unsigned int ms)
{
	uint64_t deadline = now_ns() + ms * 1000000ull;

	while (now_ns() < deadline)
		take_next(t, ms_until(deadline));
}

void mark(struct trial *t, int machine)
{
	static int32_t number;
	int err;

	number++;
	err = call_at(t, machine, OP_MARK, -1, number, 0, 0, NULL, 0);
	if (err < 0)
		fail(t, "no mark from %s: %s", t->machines[machine].name, strerror(-err));
	await(t, "a mark", t->marks_seen[machine] == number);
}

void settle(struct trial *t)
{
	unsigned int segments;

	do {
		segments = t->seen.segments;
		mark(t, t->at);
		if (t->hears[t->at] && t->speaks[t->at])
			t->seen.floor = t->peer.ack;
	} while (t->seen.segments != segments);
}

void wire_send(struct trial *t, const struct segment *s)
{
	static uint8_t packet[PACKET_MAX];
	ssize_t size = segment_build(s, packet);

	for (int m = 0; m < MACHINES; m++) {
		if (!t->hears[m])
			continue;
		print_segment(t, "peer", t->machines[m].name, s);
		if (write(t->machines[m].tun, packet, size) != size)
			fail(t, "a segment cannot be given to %s", t->machines[m].name);
	}
}

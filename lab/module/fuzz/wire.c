// SPDX-License-Identifier: GPL-2.0-only
#include "wire.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "../selftest/selftest.h"
#include "../states/machine.h"

static int tun = -1;

void wire_start(void)
{
	tun = tun_open();
	if (tun < 0)
		die("/dev/net/tun");
}

struct peer peer_of(const struct state *s)
{
	struct tcpmig_tuple t = state_tuple(s);
	struct peer p = { .lport = ntohs(t.lport), .rport = ntohs(t.rport) };

	memcpy(&p.node, t.laddr, sizeof(p.node));
	memcpy(&p.self, t.raddr, sizeof(p.self));
	p.nxt = p.acked = value_get(s, TCPMIG_A_RCV_NXT);
	p.una = value_get(s, TCPMIG_A_SND_UNA);
	p.ack = value_get(s, TCPMIG_A_SND_NXT);
	p.stamped = value_get(s, TCPMIG_A_TSTAMP_OK);
	p.tsval = value_get(s, TCPMIG_A_TS_RECENT);
	p.tsecr = value_get(s, TCPMIG_A_TSVAL);
	return p;
}

void wire_listen(struct peer *(*find)(uint16_t rport))
{
	static uint8_t packet[PACKET_MAX];
	struct segment s;
	struct peer *p;

	for (ssize_t n; (n = read(tun, packet, sizeof(packet))) > 0;) {
		if (segment_parse(&s, packet, n) != PARSED)
			continue;
		p = find(s.dport);
		if (!p || s.sport != p->lport)
			continue;
		p->heard++;
		p->resets += !!(s.flags & RST);
		if (after(segment_end(&s), p->ack))
			p->ack = segment_end(&s);
		if (s.flags & ACK)
			p->acked = s.ack;
		if (s.stamped)
			p->tsecr = s.tsval;
	}
}

static void transmit(struct peer *p, struct segment *s)
{
	static uint8_t packet[PACKET_MAX];

	s->from = p->self;
	s->to = p->node;
	s->sport = p->rport;
	s->dport = p->lport;
	if (!(s->flags & SYN))
		s->wscale = -1;
	s->stamped = p->stamped;
	s->tsval = ++p->tsval;
	s->tsecr = p->tsecr;
	if (write(tun, packet, segment_build(s, packet)) < 0)
		return; /* an address that no wire has */
}

static const uint8_t payload[1400] = { [0 ... 1399] = 'p' };

void peer_send(struct peer *p, uint32_t len, uint8_t flags)
{
	struct segment s = { .seq = p->nxt, .ack = p->ack, .flags = flags, .window = 0xffff, .data = payload, .len = len };

	p->nxt = segment_end(&s);
	transmit(p, &s);
}

void peer_reset(struct peer *p)
{
	struct segment s = { .seq = p->acked, .ack = p->ack, .flags = RST | ACK };

	transmit(p, &s);
	s.seq = p->nxt;
	transmit(p, &s);
}

static uint32_t any_between(uint32_t from, uint32_t to, struct dice *d)
{
	return from + dice_below(d, to - from + 1);
}

static void say_sack(struct peer *p, struct segment *s, struct dice *d)
{
	s->ack = p->una;
	s->sacks = 1 + dice_below(d, 3);
	for (uint32_t i = 0; i < s->sacks; i++) {
		s->sack[i].from = any_between(p->una, p->ack, d);
		s->sack[i].to = any_between(s->sack[i].from, p->ack, d);
	}
}

void peer_say_something(struct peer *p, struct dice *d)
{
	struct segment s = { .seq = p->nxt, .ack = p->ack, .flags = ACK, .window = dice_roll(d), .data = payload };

	switch (dice_below(d, 10)) {
	case 0: case 1: case 2:
		return peer_send(p, 1 + dice_below(d, sizeof(payload)), ACK | PSH);
	case 3:
		s.seq += 1 + dice_below(d, 5000);
		s.len = 1 + dice_below(d, sizeof(payload));
		break;
	case 4: break;
	case 5: s.ack = any_between(p->una, p->ack, d); break;
	case 6: say_sack(p, &s, d); break;
	case 7: s.window = 0; break;
	case 8:
		s.flags |= dice_one_in(d, 2) ? URG : FIN;
		s.urgent = dice_below(d, 2000);
		s.len = dice_below(d, 100);
		p->nxt = segment_end(&s);
		break;
	default:
		s.seq -= dice_below(d, 3000);
		s.len = dice_below(d, sizeof(payload));
		s.flags |= dice_one_in(d, 8) ? SYN : 0;
	}
	if (!before(s.ack, p->una) && !after(s.ack, p->ack))
		p->una = s.ack;
	transmit(p, &s);
}

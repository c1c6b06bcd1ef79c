// SPDX-License-Identifier: GPL-2.0-only
#include "segment.h"

#include <string.h>

enum { OPTION_END, OPTION_NOP, OPTION_MSS, OPTION_WSCALE, OPTION_SACK_PERMITTED, OPTION_SACK, OPTION_STAMPS = 8 };

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define UDP_HEADER 8
#define HOP_LIMIT 64

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint8_t *put8(uint8_t *p, uint8_t v)
{
	*p = v;
	return p + 1;
}

static uint8_t *put16(uint8_t *p, uint16_t v)
{
	return put8(put8(p, v >> 8), v);
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v);
}

static uint64_t sum(uint64_t start, const uint8_t *p, size_t size)
{
	for (; size > 1; p += 2, size -= 2)
		start += get16(p);
	return size ? start + (*p << 8) : start;
}

/* RFC 1071. */
static uint16_t fold(uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static uint16_t tcp_checksum(const struct in6_addr *from, const struct in6_addr *to, const uint8_t *tcp, size_t size)
{
	/* Of a mapped address the prefix would count. */
	size_t skip = IN6_IS_ADDR_V4MAPPED(from) ? 12 : 0;
	uint64_t s = sum(IPPROTO_TCP + size, from->s6_addr + skip, 16 - skip);

	return fold(sum(sum(s, to->s6_addr + skip, 16 - skip), tcp, size));
}

static struct in6_addr mapped(const uint8_t *v4)
{
	struct in6_addr a = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(a.s6_addr + 12, v4, 4);
	return a;
}

/* The payload of a packet without extension headers and fragments, as TUN gives and takes it. */
static const uint8_t *ip_payload(const uint8_t *packet, size_t *size, int protocol, struct segment *s)
{
	size_t head, whole;

	if (*size >= IPV4_HEADER && packet[0] >> 4 == 4) {
		head = (packet[0] & 15) * 4;
		whole = get16(packet + 2);
		if (packet[9] != protocol || whole > *size || whole < head)
			return NULL;
		s->from = mapped(packet + 12);
		s->to = mapped(packet + 16);
	} else if (*size >= IPV6_HEADER && packet[0] >> 4 == 6) {
		head = IPV6_HEADER;
		whole = head + get16(packet + 4);
		if (packet[6] != protocol || whole > *size)
			return NULL;
		memcpy(&s->from, packet + 8, 16);
		memcpy(&s->to, packet + 24, 16);
	} else {
		return NULL;
	}
	*size = whole - head;
	return packet + head;
}

static void parse_sack(struct segment *s, const uint8_t *p, const uint8_t *end)
{
	for (; p + 8 <= end && s->sacks < SACK_MAX; p += 8, s->sacks++) {
		s->sack[s->sacks].from = get32(p);
		s->sack[s->sacks].to = get32(p + 4);
	}
}

static bool parse_options(struct segment *s, const uint8_t *p, const uint8_t *end)
{
	while (p < end && *p != OPTION_END) {
		if (*p == OPTION_NOP) {
			p++;
			continue;
		}
		if (p + 2 > end || p[1] < 2 || p + p[1] > end)
			return false;
		if (*p == OPTION_MSS && p[1] == 4)
			s->mss = get16(p + 2);
		else if (*p == OPTION_WSCALE && p[1] == 3)
			s->wscale = p[2];
		else if (*p == OPTION_SACK_PERMITTED && p[1] == 2)
			s->sack_permitted = true;
		else if (*p == OPTION_SACK)
			parse_sack(s, p + 2, p + p[1]);
		else if (*p == OPTION_STAMPS && p[1] == 10) {
			s->stamped = true;
			s->tsval = get32(p + 2);
			s->tsecr = get32(p + 6);
		}
		p += p[1];
	}
	return true;
}

enum parsed segment_parse(struct segment *s, const uint8_t *packet, size_t size)
{
	const uint8_t *tcp;
	size_t head;

	*s = (struct segment){ .wscale = -1 };
	tcp = ip_payload(packet, &size, IPPROTO_TCP, s);
	if (!tcp)
		return NOT_TCP;
	head = size < TCP_HEADER ? 0 : (tcp[12] >> 4) * 4;
	if (head < TCP_HEADER || head > size || tcp_checksum(&s->from, &s->to, tcp, size))
		return DAMAGED;
	s->sport = get16(tcp);
	s->dport = get16(tcp + 2);
	s->seq = get32(tcp + 4);
	s->ack = get32(tcp + 8);
	s->flags = tcp[13];
	s->window = get16(tcp + 14);
	s->urgent = get16(tcp + 18);
	s->data = tcp + head;
	s->len = size - head;
	return parse_options(s, tcp + TCP_HEADER, tcp + head) ? PARSED : DAMAGED;
}

bool packet_is_udp_to(const uint8_t *packet, size_t size, uint16_t port, const uint8_t **data)
{
	struct segment s;
	const uint8_t *udp = ip_payload(packet, &size, IPPROTO_UDP, &s);

	*data = udp + UDP_HEADER;
	return udp && size > UDP_HEADER && get16(udp + 2) == port;
}

static uint8_t *build_options(const struct segment *s, uint8_t *p)
{
	if (s->mss)
		p = put16(put8(put8(p, OPTION_MSS), 4), s->mss);
	if (s->wscale >= 0)
		p = put8(put8(put8(put8(p, OPTION_NOP), OPTION_WSCALE), 3), s->wscale);
	if (s->sack_permitted)
		p = put8(put8(put8(put8(p, OPTION_NOP), OPTION_NOP), OPTION_SACK_PERMITTED), 2);
	if (s->stamped) {
		p = put8(put8(put8(put8(p, OPTION_NOP), OPTION_NOP), OPTION_STAMPS), 10);
		p = put32(put32(p, s->tsval), s->tsecr);
	}
	if (s->sacks)
		p = put8(put8(put8(put8(p, OPTION_NOP), OPTION_NOP), OPTION_SACK), 2 + 8 * s->sacks);
	for (unsigned int i = 0; i < s->sacks; i++)
		p = put32(put32(p, s->sack[i].from), s->sack[i].to);
	return p;
}

static void build_ip(const struct segment *s, uint8_t *packet, size_t size)
{
	if (IN6_IS_ADDR_V4MAPPED(&s->from)) {
		memset(packet, 0, IPV4_HEADER);
		packet[0] = 0x45;
		put16(packet + 2, size);
		packet[6] = 0x40; /* don't fragment */
		packet[8] = HOP_LIMIT;
		packet[9] = IPPROTO_TCP;
		memcpy(packet + 12, s->from.s6_addr + 12, 4);
		memcpy(packet + 16, s->to.s6_addr + 12, 4);
		put16(packet + 10, fold(sum(0, packet, IPV4_HEADER)));
		return;
	}
	put32(packet, 6u << 28);
	put16(packet + 4, size - IPV6_HEADER);
	packet[6] = IPPROTO_TCP;
	packet[7] = HOP_LIMIT;
	memcpy(packet + 8, &s->from, 16);
	memcpy(packet + 24, &s->to, 16);
}

size_t segment_build(const struct segment *s, uint8_t *packet)
{
	uint8_t *tcp = packet + (IN6_IS_ADDR_V4MAPPED(&s->from) ? IPV4_HEADER : IPV6_HEADER);
	uint8_t *end = build_options(s, tcp + TCP_HEADER);

	put32(put32(put16(put16(tcp, s->sport), s->dport), s->seq), s->ack);
	tcp[12] = (end - tcp) / 4 << 4;
	tcp[13] = s->flags;
	put16(put16(put16(tcp + 14, s->window), 0), s->urgent);
	if (s->len)
		memcpy(end, s->data, s->len);
	end += s->len;
	put16(tcp + 16, tcp_checksum(&s->from, &s->to, tcp, end - tcp));
	build_ip(s, packet, end - packet);
	return end - packet;
}

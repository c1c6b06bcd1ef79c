/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP segments in IPv4 and IPv6 packets (RFC 791, 8200, 9293, 7323, 2018), between bytes and fields. Pure. */
#ifndef TCPMIG_STATES_SEGMENT_H
#define TCPMIG_STATES_SEGMENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10
#define URG 0x20

#define PACKET_MAX 65536
#define SACK_MAX 4

struct segment {
	struct in6_addr from, to;       /* IPv4 as IPv4-mapped */
	uint16_t sport, dport;          /* host order, like all numbers here */
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window, urgent;        /* as in the header: the window is not scaled */
	/* options */
	uint16_t mss;                   /* 0: absent */
	int wscale;                     /* -1: absent */
	bool sack_permitted, stamped;
	uint32_t tsval, tsecr;
	unsigned int sacks;
	struct { uint32_t from, to; } sack[SACK_MAX];
	const uint8_t *data;
	uint32_t len;
};

/* How a packet was read. `data` points into it. */
enum parsed { PARSED, NOT_TCP, DAMAGED };
enum parsed segment_parse(struct segment *s, const uint8_t *packet, size_t size);
/* The size of the packet, at most PACKET_MAX. */
size_t segment_build(const struct segment *s, uint8_t *packet);
/* A packet with a UDP datagram to this port. */
bool packet_is_udp_to(const uint8_t *packet, size_t size, uint16_t port, const uint8_t **data);

/* Bytes of sequence space. */
static inline uint32_t segment_length(const struct segment *s)
{
	return s->len + !!(s->flags & SYN) + !!(s->flags & FIN);
}

static inline uint32_t segment_end(const struct segment *s)
{
	return s->seq + segment_length(s);
}

/* RFC 9293, 3.4: modulo 2^32. */
static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool after(uint32_t a, uint32_t b)
{
	return before(b, a);
}

#endif

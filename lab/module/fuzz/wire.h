/* SPDX-License-Identifier: GPL-2.0-only */
/* The peers of all connections: what the machine sends comes out of a TUN device, what is written there it receives. */
#ifndef TCPMIG_FUZZ_WIRE_H
#define TCPMIG_FUZZ_WIRE_H

#include "../states/segment.h"
#include "corpus.h"
#include "dice.h"

/* What the peer of a connection knows of it. */
struct peer {
	struct in6_addr node, self;
	uint16_t lport, rport;
	uint32_t nxt;                   /* what it sends next: the node's RCV.NXT at first */
	uint32_t una, ack;              /* what the node has sent goes from SND.UNA to here */
	uint32_t acked;                 /* what the node acknowledged last */
	uint32_t tsval, tsecr;
	bool stamped;
	uint32_t heard;                 /* segments of the node's */
	uint32_t resets;
};

/* Ends the program when there is no TUN device. */
void wire_start(void);
/* As the state says, whatever is wrong with it. */
struct peer peer_of(const struct state *s);
/* Takes in all that came since the last call. `find` gives the peer of a port, or NULL. */
void wire_listen(struct peer *(*find)(uint16_t rport));
/* One segment of some kind; most are such as a peer sends. */
void peer_say_something(struct peer *p, struct dice *d);
/* Segments that end the connection: exactly at RCV.NXT, as the node said it last. */
void peer_reset(struct peer *p);
/* `len` bytes at nxt, which is moved on. */
void peer_send(struct peer *p, uint32_t len, uint8_t flags);

#endif

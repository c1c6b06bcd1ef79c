/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_RING_H
#define LOCKSTEP_RING_H

#include <stdbool.h>

#include "qemu.h"

/** A frame that has left the output port, in a queue. */
struct delivery {
	struct delivery *next;
	uint64_t at; /* ns */
	uint16_t length;
	uint8_t *bytes;
};

/** What has come to a card and waits for its driver. */
struct ring {
	NetClientState *client;
	struct delivery *first, **last;
	int count;
	bool held_up; /* the driver has no room */
	uint64_t dropped;
};

void ring_init(struct ring *, NetClientState *);

/** Takes the frame over; drops it when the ring is full. */
void ring_put(struct ring *, struct delivery *);

/** Gives the driver what it has room for. */
void ring_hand_over(struct ring *);

#endif

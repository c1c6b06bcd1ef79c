// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include <stdlib.h>

#include "config.h"

/* Frames that wait, as many as a card's receive ring has places. */
enum { PLACES = 256 };

static struct ring *rings[WIRES];
static int count;

void ring_init(struct ring *ring, NetClientState *client)
{
	*ring = (struct ring){.client = client, .last = &ring->first};
	rings[count++] = ring;
}

static void drop(struct delivery *delivery)
{
	free(delivery->bytes);
	free(delivery);
}

void ring_put(struct ring *ring, struct delivery *delivery)
{
	if (ring->count == PLACES) {
		ring->dropped++;
		drop(delivery);
		return;
	}
	delivery->next = NULL;
	*ring->last = delivery;
	ring->last = &delivery->next;
	ring->count++;
}

static void room_again(NetClientState *client, ssize_t unused)
{
	(void)unused;
	for (int i = 0; i < count; i++) {
		if (rings[i]->client != client) continue;
		rings[i]->held_up = false;
		ring_hand_over(rings[i]);
	}
}

/* QEMU keeps one frame that the driver has no room for, and calls when it has. */
void ring_hand_over(struct ring *ring)
{
	while (ring->first && !ring->held_up) {
		struct delivery *delivery = ring->first;
		ring->first = delivery->next;
		if (!ring->first) ring->last = &ring->first;
		ring->count--;
		ring->held_up = qemu_send_packet_async(ring->client, delivery->bytes, delivery->length, room_again) == 0;
		drop(delivery);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
#include "card.h"

#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "clock.h"
#include "heap.h"
#include "impair.h"
#include "machine.h"
#include "qemu.h"
#include "ring.h"
#include "shared.h"

/* Bytes that a card takes from its driver before they have left: a few full segments of a real card's ring. */
enum { SEND_BUFFER = 32 * 1024 };

struct card {
	const struct wire *wire;
	int wire_number;
	NetClientState *client;
	FILE *capture;
	/* The cable towards the switch. */
	uint64_t cable_free; /* ns */
	uint32_t sent;
	struct clock_timer room; /* the cable has taken what held the driver up */
	/* The switch's output port, and the cable from it. */
	struct heap arrivals;
	uint64_t port_free; /* ns */
	struct delivery *first, **last, *unrecorded;
	struct clock_timer deliver;
	uint64_t interrupted; /* ns */
	struct ring ring;
	uint64_t dropped_queue;
};

static const struct config *lab;
static int self;
static struct card cards[WIRES];
static int count;
static uint64_t first_sent = UINT64_MAX;

static struct card *card_of(const NetClientState *client)
{
	for (int i = 0; i < count; i++)
		if (cards[i].client == client) return &cards[i];
	abort();
}

static void record(const struct card *card, uint64_t at, const uint8_t *bytes, uint32_t length)
{
	if (card->capture)
		capture_frame(card->capture, card->wire->snaplen, lab->epoch * 1000000000 + at, bytes, length);
}

/* What the cable brought up to an instant, with the instants at which it did. */
static void record_arrived(struct card *card, uint64_t until)
{
	for (; card->unrecorded && card->unrecorded->at <= until; card->unrecorded = card->unrecorded->next)
		record(card, card->unrecorded->at, card->unrecorded->bytes, card->unrecorded->length);
}

/* From the driver. 0 keeps the frame, and all behind it, with QEMU until the cable has room. */
static ssize_t send(NetClientState *client, const uint8_t *bytes, size_t length)
{
	struct card *card = card_of(client);
	enum word word = word_in(bytes, length);
	if (word == WORD_LEAVE) machine_end(0);
	if (word == WORD_ZERO) {
		machine_set_zero(word_number(bytes));
		return (ssize_t)length;
	}
	uint64_t at = clock_now(), buffer = wire_time(card->wire->rate, SEND_BUFFER);
	if (length > UINT16_MAX) return (ssize_t)length;
	if (card->cable_free > at + buffer) {
		clock_timer_set(&card->room, card->cable_free - buffer / 2);
		return 0;
	}
	uint64_t begin = card->cable_free > at ? card->cable_free : at;
	card->cable_free = begin + wire_time(impair_cable_rate(card->wire_number, self, at), length);
	struct frame frame = {
		.arrival = card->cable_free + card->wire->latency,
		.number = card->sent++,
		.wire = (uint16_t)card->wire_number,
		.length = (uint16_t)length,
	};
	record_arrived(card, at);
	record(card, at, bytes, (uint32_t)length);
	shared_put(&frame, bytes);
	if (frame.arrival < first_sent) first_sent = frame.arrival;
	return (ssize_t)length;
}

static void send_on(void *opaque)
{
	qemu_flush_queued_packets(((struct card *)opaque)->client);
}

/* A card interrupts at once, and then not again for a while: what comes meanwhile it hands over together. */
static void wait_for_interrupt(struct card *card)
{
	uint64_t earliest = card->interrupted + card->wire->moderation;

	if (card->first) clock_timer_set(&card->deliver, card->first->at > earliest ? card->first->at : earliest);
}

static void deliver(void *opaque)
{
	struct card *card = opaque;

	card->interrupted = clock_now();
	record_arrived(card, card->interrupted);
	while (card->first && card->first->at <= card->interrupted) {
		struct delivery *delivery = card->first;
		card->first = delivery->next;
		if (!card->first) card->last = &card->first;
		ring_put(&card->ring, delivery);
	}
	ring_hand_over(&card->ring);
	wait_for_interrupt(card);
}

/* A switch stores a frame and sends it on when its output port is free; back to back there is no such port. */
static void into_port(struct card *card, struct arrival arrival)
{
	const struct wire *wire = card->wire;
	uint64_t at = arrival.at;

	if (wire->is_switch) {
		uint64_t begin = card->port_free > at ? card->port_free : at;
		uint64_t rate = impair_port_rate(card->wire_number, self, at);
		if (begin - at > wire_time(rate, wire->queue)) {
			card->dropped_queue++;
			free(arrival.bytes);
			return;
		}
		at = card->port_free = begin + wire_time(rate, arrival.length);
	}
	struct delivery *delivery = malloc(sizeof(*delivery));
	if (!delivery) abort();
	*delivery = (struct delivery){.at = at, .length = arrival.length, .bytes = arrival.bytes};
	bool is_first = !card->first;
	if (!card->unrecorded) card->unrecorded = delivery;
	*card->last = delivery;
	card->last = &delivery->next;
	if (is_first) wait_for_interrupt(card);
}

/* What a card lets through that is not promiscuous; the driver may then filter groups. */
static bool is_for(const struct card *card, const uint8_t *bytes, uint32_t length)
{
	return length >= 6 && (bytes[0] & 1 || !memcmp(bytes, card->wire->mac[self], 6));
}

static uint8_t *copied(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length);

	if (!copy) abort();
	return memcpy(copy, bytes, length);
}

static struct card *card_on(int wire)
{
	for (int i = 0; i < count; i++)
		if (cards[i].wire_number == wire) return &cards[i];
	return NULL;
}

void cards_arrive(int source, const struct frame *frame, const uint8_t *bytes)
{
	struct card *card = card_on(frame->wire);

	if (!card || !is_for(card, bytes, frame->length)) return;
	heap_put(&card->arrivals, (struct arrival){
		.at = frame->arrival,
		.source = source,
		.number = frame->number,
		.length = frame->length,
		.bytes = copied(bytes, frame->length),
	});
}

/* What the wire does to a frame is decided when it arrives: whoever would do it has been told of all zeros before. */
static void impair(struct card *card, struct arrival arrival)
{
	struct fate fate = impair_frame(card->wire_number, self, &arrival);

	if (fate.lost) {
		free(arrival.bytes);
		return;
	}
	arrival.at += fate.delay;
	arrival.decided = true;
	for (int copy = 1; copy <= fate.copies; copy++) {
		struct arrival again = arrival;
		again.copy = (uint16_t)copy;
		again.bytes = copied(arrival.bytes, arrival.length);
		heap_put(&card->arrivals, again);
	}
	heap_put(&card->arrivals, arrival);
}

void cards_settle(uint64_t end)
{
	for (int i = 0; i < count; i++)
		for (const struct arrival *next; (next = heap_first(&cards[i].arrivals)) && next->at < end;) {
			struct arrival arrival = heap_take(&cards[i].arrivals);
			if (arrival.decided || !impair_any()) into_port(&cards[i], arrival);
			else impair(&cards[i], arrival);
		}
}

uint64_t cards_next_arrival(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < count; i++) {
		const struct arrival *next = heap_first(&cards[i].arrivals);
		if (next && next->at < least) least = next->at;
	}
	return least;
}

uint64_t cards_sent(void)
{
	uint64_t first = first_sent;

	first_sent = UINT64_MAX;
	return first;
}

void cards_create(const struct config *config, int machine)
{
	static NetClientInfo info = {.type = NET_CLIENT_DRIVER_SOCKET, .size = NET_CLIENT_SIZE, .receive = send};

	lab = config;
	self = machine;
	for (int i = 0; i < config->wires; i++) {
		const struct wire *wire = &config->wire[i];
		if (!(wire->members & 1u << machine)) continue;
		struct card *card = &cards[count++];
		card->wire = wire;
		card->wire_number = i;
		card->last = &card->first;
		card->client = qemu_new_net_client(&info, NULL, "lockstep", wire->name);
		ring_init(&card->ring, card->client);
		clock_timer_init(&card->room, send_on, card);
		clock_timer_init(&card->deliver, deliver, card);
		if (wire->capture_at == machine) card->capture = capture_open(wire->capture_file, wire->snaplen);
	}
}

void cards_close(void)
{
	for (int i = 0; i < count; i++) {
		record_arrived(&cards[i], clock_now());
		if (cards[i].capture) capture_close(cards[i].capture);
		cards[i].capture = NULL;
		if (cards[i].dropped_queue || cards[i].ring.dropped)
			fprintf(stderr, "lockstep: %s: dropped %lu at the switch, %lu at the card\n", cards[i].wire->name,
				cards[i].dropped_queue, cards[i].ring.dropped);
	}
}

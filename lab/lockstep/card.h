/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_CARD_H
#define LOCKSTEP_CARD_H

#include "config.h"

/*
 * One machine's card on one wire, with the cable to the switch and the switch's output port behind it. Everything has
 * its virtual instant, and the order of frames depends on nothing else.
 */

/** Makes the machine's cards and their backends, named after their wires, for -device virtio-net-pci,netdev=WIRE. */
void cards_create(const struct config *, int machine);

/** A frame of another machine. */
void cards_arrive(int source, const struct frame *, const uint8_t *bytes);

/** Nothing will arrive before `end` but what has been told of: hands it to the output ports. */
void cards_settle(uint64_t end);

/** @return when the first frame arrives that is not with an output port yet; UINT64_MAX when none is known */
uint64_t cards_next_arrival(void);

/** @return the arrival of the first frame that was sent since this was called last; UINT64_MAX when none was */
uint64_t cards_sent(void);

/** Writes what is left of the captures. */
void cards_close(void);

#endif

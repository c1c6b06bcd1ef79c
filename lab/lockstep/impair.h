/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_IMPAIR_H
#define LOCKSTEP_IMPAIR_H

#include <stdio.h>

#include "config.h"
#include "heap.h"

/*
 * What a wire does to frames. Each machine decides it for itself, of the frames that come to it; the seed, the
 * impairment's place in the list, the frame's source and number decide, so that all machines decide alike.
 */

struct fate {
	bool lost;
	uint64_t delay; /* ns */
	int copies;	/* besides the frame */
};

/** The configuration must stay where it is. No zero has come yet. */
void impair_begin(const struct config *);

/** @return whether there is any impairment */
bool impair_any(void);

/** From this instant, ns, the zero's impairments count. Only the first time counts. */
void impair_zero(uint32_t zero, uint64_t at);

/** Decides about a frame at its arrival. Of one source on a wire they come in order. May change the frame's bytes. */
struct fate impair_frame(int wire, int receiver, const struct arrival *);

/** The rate of a card's cable towards the wire, and of the switch's port with the cable behind it, bit/s, for a frame. */
uint64_t impair_cable_rate(int wire, int machine, uint64_t at);
uint64_t impair_port_rate(int wire, int machine, uint64_t at);

/** Says for each impairment that this machine decided about when it was, and what it did. */
void impair_report(FILE *, int machine);

#endif

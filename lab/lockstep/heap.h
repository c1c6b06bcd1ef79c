/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_HEAP_H
#define LOCKSTEP_HEAP_H

#include "config.h"

/** A frame that has arrived at an output port of the switch, or is on its way there. */
struct arrival {
	uint64_t at; /* ns */
	int source;
	uint32_t number;
	uint16_t copy; /* 0, or which duplicate */
	uint16_t length;
	uint8_t *bytes; /* the owner frees it */
	bool decided;	/* what the wire does to it */
};

/** Arrivals by instant, then source, number and copy, so that every machine sees them in one order. */
struct heap {
	struct arrival *entries;
	int count, room;
};

void heap_put(struct heap *, struct arrival);

/** @return the first, or NULL */
const struct arrival *heap_first(const struct heap *);

/** Removes the first. There must be one. */
struct arrival heap_take(struct heap *);

#endif

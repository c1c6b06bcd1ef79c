/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_SHARED_H
#define LOCKSTEP_SHARED_H

#include "config.h"

/*
 * What the machines of a lab share: a barrier, and an outbox of frames for each. A window of virtual time lies between
 * two barriers; nothing that is sent in a window arrives within it.
 */

/** Maps the file, made when it is not there. @return 0, or -1 with errno */
int shared_open(const char *path, const struct config *config, int machine);

/**
 * Ends the window: the frames put into the outbox are published, and this machine stands still until the others have
 * come as far.
 *
 * @param earliest no frame of this machine, or that it waits for, can cause another before this instant, ns
 * @return when the window that begins now ends, ns
 */
uint64_t shared_end_window(uint64_t earliest);

/**
 * Publishes what is in the outbox and takes the machine out of all barriers to come.
 *
 * @param sent the arrival of the first frame in the outbox, ns; UINT64_MAX when there is none
 */
void shared_leave(uint64_t sent);

/** Adds a frame to the outbox of the window that goes on. */
void shared_put(const struct frame *, const uint8_t *bytes);

/** Calls for each frame that the other machines sent in the window that ended last. */
void shared_take(void (*take)(int source, const struct frame *, const uint8_t *bytes));

#endif

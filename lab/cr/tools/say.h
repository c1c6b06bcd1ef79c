/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_SAY_H
#define CR_SAY_H

#include <stdint.h>
#include "../wire/order.h"

/*
 * Says a word to the frozen process of a hand-over on this machine, with a stream for CR_WORD_STREAM (else -1), and waits
 * until the process has done with it. 0, or -errno: -ECONNREFUSED when no process listens, -ETIMEDOUT.
 */
int say_word(enum cr_role role, const uint8_t *id, const struct cr_word *word, int stream);

/* The process listens: it is in doubt. */
int word_is_awaited(enum cr_role role, const uint8_t *id);

/* Descriptors with a message; the first piece of it must be there. */
int send_with(int control, const void *message, size_t size, const int *descriptors, int count);

#endif

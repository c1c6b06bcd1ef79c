/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORD_H
#define WORD_H

#include <stdint.h>

/* What a machine tells the lockstep plugin of its QEMU, in a frame that the plugin keeps (lab/lockstep/machine.h). */
enum word { WORD_LEAVE = 0, WORD_ZERO = 1 };

/** Sends the word through the card. @return 0, or 1 when it could not be sent, which is said on standard error */
int word_send(const char *program, const char *card, enum word word, uint32_t number);

#endif

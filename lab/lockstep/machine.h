/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_MACHINE_H
#define LOCKSTEP_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A machine speaks to its plugin in frames of an EtherType that no protocol uses (IEEE Std 802, 9.2.3: local
 * experimental): byte 14 is the word, bytes 15 to 18 its number, big-endian. Such a frame goes to nobody else. The
 * programs lab/tools/leave and lab/tools/zero send them.
 */
enum { TYPE_OF_WORDS = 0x88b5, LEAST_WORD = 19 };
enum word { NO_WORD = -1, WORD_LEAVE = 0, WORD_ZERO = 1 };

static inline enum word word_in(const uint8_t *frame, size_t length)
{
	if (length < LEAST_WORD || frame[12] != TYPE_OF_WORDS >> 8 || frame[13] != (TYPE_OF_WORDS & 0xff)) return NO_WORD;
	return frame[14] == WORD_ZERO ? WORD_ZERO : WORD_LEAVE;
}

static inline uint32_t word_number(const uint8_t *frame)
{
	return (uint32_t)frame[15] << 24 | (uint32_t)frame[16] << 16 | (uint32_t)frame[17] << 8 | frame[18];
}

/** Ends this QEMU at this very instant; a power-off would go on for as long as the host pleases. */
__attribute__((noreturn)) void machine_end(int code);

/**
 * The instant from which impairments and faults of this zero count: the wires' least latency from now, when all
 * machines have been told.
 */
void machine_set_zero(uint32_t number);

/** Called from a timer. The machine does nothing until the lab's instant, ns, and its clock stands; the others go on. */
void machine_stand_still(uint64_t until);

#endif

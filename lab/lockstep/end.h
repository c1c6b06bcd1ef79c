/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_END_H
#define LOCKSTEP_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether the frame is a machine's last: of the type below, which no protocol uses (IEEE 802, local experimental). */
bool is_end(const uint8_t *frame, size_t length);

/** Ends this QEMU at this very instant; a power-off would go on for as long as the host pleases. */
__attribute__((noreturn)) void end_machine(int code);

#endif

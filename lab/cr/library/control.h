/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_CONTROL_H
#define CR_CONTROL_H

#include <stdint.h>

/* Fills process.order, process.control and process.stream; -E when nobody (or a stranger) is there. */
int receive_order(uint64_t nonce);
void send_report(void);

#endif

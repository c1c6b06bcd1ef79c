/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_CONTROL_H
#define CR_CONTROL_H

#include <stdint.h>

/* Fills process.order, process.control, process.ledger and process.stream; -E when nobody (or a stranger) is there. */
int receive_order(uint64_t nonce);
/* To cr_checkpoint (process.control), or to whoever ended a doubt. */
void send_report(int to);

#endif

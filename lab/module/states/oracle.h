/* SPDX-License-Identifier: GPL-2.0-only */
/* Oracle two: each field of the state is changed on its way, and something must notice. */
#ifndef TCPMIG_STATES_ORACLE_H
#define TCPMIG_STATES_ORACLE_H

#include "dump.h"
#include "trial.h"

struct tally {
	unsigned int trials, failed;
};

/* Repeats a trial that held, once for each field of the states that left first (SOCKETS_MAX of them) that nothing has
 * noticed yet. Says what noticed. */
void oracle_try(const struct trial *template, const struct dump *kept, struct tally *tally);
/* Says what no trial has noticed: those have failed. */
void oracle_end(struct tally *tally);

#endif

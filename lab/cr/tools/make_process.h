/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_MAKE_PROCESS_H
#define CR_MAKE_PROCESS_H

#include <sys/types.h>
#include "admit.h"

/* A child with the admitted process's number and clocks, which waits for its image on the stream; all signals are
 * blocked from here on. It alone has the ledger (-1: none) then. 0, or -1 with the reason set. */
int make_process(struct admission *admission, int stream, int ledger);
/* The child's wait status, when it has ended. */
int await_child(pid_t child);
/* Ends this program as the child ended: its exit code, or 128 and the signal. */
void end_as(int status) __attribute__((noreturn));

#endif

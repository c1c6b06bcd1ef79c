/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_MAKE_PROCESS_H
#define CR_MAKE_PROCESS_H

#include <sys/types.h>
#include "admit.h"

/* A child with the admitted process's number and clocks, which waits for its image on the stream; all signals are
 * blocked from here on. 0, or -1 with the reason set. */
int make_process(struct admission *admission, int stream);
/* Waits for the child and ends this program as it ended: its exit code, or 128 and the signal. */
void end_as(pid_t child) __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_ADMIT_H
#define CR_ADMIT_H

#include "../library/channel.h"

struct admission {
	struct cr_prepare *prepare;  /* and what follows it */
	char reason[CR_REASON_MAX];
};

/* Reads CR_PREPARE, answering the origin's questions about clocks, and says whether this machine can take the process;
 * nothing is made. 0, or -1 with the reason set. */
int admit(struct channel *channel, struct admission *admission);
int refuse_admission(struct admission *admission, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

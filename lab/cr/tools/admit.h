/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_ADMIT_H
#define CR_ADMIT_H

#include "../library/channel.h"

struct admission {
	struct cr_prepare *prepare;  /* and what follows it */
	char reason[CR_REASON_MAX];
};

/* Answers the origin's questions while the process still runs there; 0 or -1 after a refusal was sent. */
int admit(struct channel *channel, struct admission *admission);
int refuse_admission(struct channel *channel, struct admission *admission, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

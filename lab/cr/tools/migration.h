/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_MIGRATION_H
#define CR_MIGRATION_H

#include "handover.h"

struct migration {
	const char *to, *file;       /* one of them */
	const char *status;
	struct target *target;
	struct handover handover;
	struct cr_clocks offset;     /* the program's clocks minus the destination's */
	int64_t begin_ns, end_ns;
	uint64_t bytes;
	unsigned int asked;          /* how often the other side was asked what became of it */
};

/* Why it did not come about, or "". */
const char *migration_reason(const struct migration *migration);
/* One JSON line on standard output. */
void migration_print(const struct migration *migration);

#endif

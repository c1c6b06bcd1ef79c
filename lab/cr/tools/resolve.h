/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the doubt about one hand-over on this machine, if it can be known what became of it. */
#ifndef CR_RESOLVE_H
#define CR_RESOLVE_H

#include "authenticate.h"
#include "ledger.h"

enum verdict { VERDICT_ASK, VERDICT_KEEP, VERDICT_GIVE_UP };

struct resolution {
	const struct secret *secret;
	const char *other;           /* HOST:PORT of the other side's cr_receiver; NULL: what the ledger says */
	enum verdict verdict;
	struct cr_ledger ledger;     /* out: as it is now */
	char reason[CR_REASON_MAX];  /* out: why it is still in doubt, or what else is to be said; or "" */
};

/* 0, or -errno when there is no ledger of that role and id. */
int resolve(struct resolution *resolution, enum cr_role role, const uint8_t *id);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "fault.h"
#include "resolve.h"
#include "settle.h"

#define ASK_EVERY_S 1

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int in_doubt(const struct migration *migration)
{
	return migration->handover.report.outcome == CR_IN_DOUBT;
}

/* The leader is dead or mute: the ledger alone tells. */
static enum cr_outcome outcome_of(enum cr_fate fate)
{
	switch (fate) {
	case CR_FATE_MOVED: return CR_MOVED;
	case CR_FATE_KEPT: return CR_ABORTED;
	case CR_FATE_LOST: return CR_LOST;
	default: return CR_IN_DOUBT;
	}
}

static void explain(struct migration *migration, const char *why)
{
	if (*why)
		snprintf(migration->target->reason, sizeof(migration->target->reason), "%s", why);
}

/* One question. Whoever ends the doubt, be it another cr_resolve, the leader reports it. */
static void ask(struct migration *migration, const struct secret *secret, int *leader_is_gone)
{
	struct handover *handover = &migration->handover;
	struct resolution resolution = { .secret = secret };

	migration->asked++;
	if (resolve(&resolution, CR_ORIGIN, handover->id))
		return;
	explain(migration, resolution.reason);
	if (!*leader_is_gone && hand_over_report(ASK_EVERY_S, handover) == -ESRCH)
		*leader_is_gone = 1;
	else if (*leader_is_gone && ledger_settled(resolution.ledger.fate))
		handover->report.outcome = outcome_of(resolution.ledger.fate);
	else if (*leader_is_gone)
		sleep(ASK_EVERY_S);
}

static const char *status_of(const struct migration *migration)
{
	static const char *const names[] = {
		[CR_MOVED] = "ok", [CR_ABORTED] = "aborted", [CR_IN_DOUBT] = "in-doubt", [CR_LOST] = "lost",
	};

	return names[migration->handover.report.outcome];
}

const char *settle(struct migration *migration, const struct secret *secret, int doubt_s)
{
	struct handover *handover = &migration->handover;
	int gone = hand_over_report(handover->timeout_s * 2 + GRACE_S, handover);
	time_t end = seconds() + doubt_s;

	if (gone) {
		handover->report.outcome = CR_IN_DOUBT;
		target_refuse(migration->target, gone == -ESRCH ? "leader: process %d was ended while it was frozen" :
				"leader: process %d does not report", migration->target->pid);
	} else if (in_doubt(migration)) {
		fault_of_tool(handover->fault, "tool-doubt");
	}
	while (in_doubt(migration) && seconds() < end)
		ask(migration, secret, &gone);
	if (!in_doubt(migration) && handover->report.outcome != CR_LOST)
		*migration->target->reason = 0; /* of questions before the last */
	return status_of(migration);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include "../wire/order.h"
#include "fault.h"

/* In the order of a hand-over; those of origin and destination are in library/. */
static const char *const steps[] = {
	"tool-ready", "tool-handed", "tool-doubt", "tool-prepared", "tool-published", "origin-image", "origin-sent", "origin-decided", "origin-committed",
	"origin-doubt", "origin-resumed", "destination-captured", "destination-built", "destination-prepared",
	"destination-told", "destination-moved", "destination-active",
};

/* Where the step of one fault begins; NULL when it is none. */
static const char *step_of(const char *fault)
{
	return !strncmp(fault, "kill@", 5) || !strncmp(fault, "stop@", 5) ? fault + 5 : NULL;
}

static const char *next_of(const char *fault)
{
	const char *comma = strchr(fault, ',');

	return comma ? comma + 1 : fault + strlen(fault);
}

static int is_step(const char *at, const char *step)
{
	return !strncmp(at, step, strlen(step)) && (!at[strlen(step)] || at[strlen(step)] == ',');
}

void fault_of_tool(const char *faults, const char *step)
{
	for (; *faults; faults = next_of(faults))
		if (is_step(step_of(faults), step))
			raise(*faults == 'k' ? SIGKILL : SIGSTOP);
}

static int known(const char *fault)
{
	const char *at = step_of(fault);

	for (unsigned int i = 0; at && i < sizeof(steps) / sizeof(*steps); i++)
		if (is_step(at, steps[i]))
			return 1;
	return 0;
}

void fault_check(const char *faults)
{
	if (strlen(faults) >= CR_FAULT_MAX)
		errx(EX_USAGE, "--fault: too long");
	for (const char *at = faults; *at; at = next_of(at))
		if (!known(at))
			errx(EX_USAGE, "--fault: kill@STEP or stop@STEP was expected, not '%s'", at);
}

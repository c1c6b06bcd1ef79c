// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include "fault.h"

/* In the order of a hand-over; those of origin and destination are in library/. */
static const char *const steps[] = {
	"tool-ready", "tool-handed", "tool-doubt", "origin-image", "origin-sent", "origin-decided", "origin-committed",
	"origin-doubt", "origin-resumed", "destination-captured", "destination-prepared", "destination-told",
	"destination-moved", "destination-active",
};

void fault_of_tool(const char *fault, const char *step)
{
	if (strlen(fault) > 5 && !strcmp(fault + 5, step))
		raise(*fault == 'k' ? SIGKILL : SIGSTOP);
}

void fault_check(const char *fault)
{
	for (unsigned int i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if ((!strncmp(fault, "kill@", 5) || !strncmp(fault, "stop@", 5)) && !strcmp(fault + 5, steps[i]))
			return;
	errx(EX_USAGE, "--fault: kill@STEP or stop@STEP was expected, not '%s'", fault);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Faults at named steps, which tests order with cr_checkpoint --fault: kill@STEP or stop@STEP, with commas between them.
 * The process dies there, or stops until SIGCONT. */
#include <linux/signal.h>
#include "process.h"
#include "text.h"

static int is_step(const char *at, const char *step)
{
	while (*step && *at == *step)
		at++, step++;
	return !*step && (!*at || *at == ',');
}

void fault_at(const char *step)
{
	for (const char *at = process.order.fault; *at; at++) {
		if (starts_with(at, "kill@") && is_step(at + 5, step))
			SYS(kill, process.pid, SIGKILL);
		if (starts_with(at, "stop@") && is_step(at + 5, step))
			SYS(kill, process.pid, SIGSTOP);
	}
}

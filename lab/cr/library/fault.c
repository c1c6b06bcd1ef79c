// SPDX-License-Identifier: GPL-2.0-only
/* Faults at a named step, which tests order with cr_checkpoint --fault: the process dies there, or stops until SIGCONT. */
#include <linux/signal.h>
#include "process.h"
#include "text.h"

void fault_at(const char *step)
{
	const char *fault = process.order.fault;

	if (starts_with(fault, "kill@") && same_text(fault + 5, step))
		SYS(kill, process.pid, SIGKILL);
	if (starts_with(fault, "stop@") && same_text(fault + 5, step))
		SYS(kill, process.pid, SIGSTOP);
}

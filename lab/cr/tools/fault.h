/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_FAULT_H
#define CR_FAULT_H

/* Ends this tool by SIGKILL, or stops it, if the fault that a test ordered (--fault) is at this step. */
void fault_of_tool(const char *fault, const char *step);
/* Ends the program (64) when it is no fault: see cr_checkpoint --help. */
void fault_check(const char *fault);

#endif

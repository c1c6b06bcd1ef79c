/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_FAULT_H
#define CR_FAULT_H

/* Ends this tool by SIGKILL, or stops it, if a fault that a test ordered (--fault) is at this step. */
void fault_of_tool(const char *faults, const char *step);
/* Ends the program (64) when they are none: see cr_checkpoint --help. */
void fault_check(const char *faults);

#endif

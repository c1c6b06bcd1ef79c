// SPDX-License-Identifier: GPL-2.0-only
/* The frozen process's own account of the hand-over (wire/ledger.h): it survives the process, not the machine. */
#include "process.h"

int ledger_note(enum cr_fate fate)
{
	uint32_t word = fate;
	long written;

	if (process.ledger < 0)
		return 0; /* a restart from a file, which nobody asks about */
	written = SYS(pwrite64, process.ledger, &word, sizeof(word), offsetof(struct cr_ledger, fate));
	return written == sizeof(word) ? 0 : refuse_error("ledger", "write", written);
}

void ledger_close(void)
{
	if (process.ledger >= 0)
		SYS(close, process.ledger);
	process.ledger = -1;
}

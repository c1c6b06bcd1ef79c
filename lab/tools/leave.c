// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave CARD
 * Ends this machine at once, where its QEMU has the lockstep plugin. Elsewhere the frame goes out, and means nothing to
 * anybody.
 */
#include "word.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: leave CARD\n", stderr);
		return 64;
	}
	if (word_send("leave", argv[1], WORD_LEAVE, 0))
		return 1;
	/* The card takes it a few microseconds later. */
	sleep(1);
	return 1;
}

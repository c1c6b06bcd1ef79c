// SPDX-License-Identifier: GPL-2.0-only
/*
 * zero CARD NUMBER
 * Says the instant that impairments and faults count from, to the lockstep plugins of all machines, and prints it as an
 * event. Where there is no such plugin the frame goes out, and means nothing to anybody.
 */
#include "monotonic.h"
#include "word.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char *end = NULL;
	unsigned long number = argc == 3 ? strtoul(argv[2], &end, 10) : 0;

	if (!end || *end || end == argv[2] || number > UINT32_MAX) {
		fputs("usage: zero CARD NUMBER\n", stderr);
		return 64;
	}
	uint64_t now = monotonic_ns();
	if (word_send("zero", argv[1], WORD_ZERO, (uint32_t)number))
		return 1;
	printf("{\"event\":\"zero\",\"t_ns\":%" PRIu64 ",\"number\":%lu}\n", now, number);
	return 0;
}

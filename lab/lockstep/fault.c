// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include <stdio.h>

#include "clock.h"
#include "machine.h"

static struct planned {
	const struct fault *fault;
	struct clock_timer timer;
	bool is_set;
} planned[FAULTS];
static int count;

static void happen(void *opaque)
{
	const struct fault *fault = ((struct planned *)opaque)->fault;
	uint64_t now = clock_now();

	if (fault->kind == POWER_CUT) {
		fprintf(stderr, "lockstep: power cut at %.9f s\n", (double)now / 1e9);
		machine_end(0);
	}
	fprintf(stderr, "lockstep: stands still from %.9f s to %.9f s\n", (double)now / 1e9,
		(double)(now + fault->time) / 1e9);
	machine_stand_still(now + fault->time);
}

void faults_begin(const struct config *config, int machine)
{
	for (int i = 0; i < config->faults; i++) {
		if (config->fault[i].machine != machine) continue;
		planned[count].fault = &config->fault[i];
		clock_timer_init(&planned[count].timer, happen, &planned[count]);
		count++;
	}
}

void faults_zero(uint32_t zero, uint64_t at)
{
	for (int i = 0; i < count; i++) {
		if (planned[i].fault->zero != zero || planned[i].is_set) continue;
		planned[i].is_set = true;
		clock_timer_set(&planned[i].timer, at + planned[i].fault->at);
	}
}

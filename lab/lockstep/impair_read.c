// SPDX-License-Identifier: GPL-2.0-only
// Lines of the lab's description about what goes wrong:
//
//   impair WIRE FROM TO ZERO BEGIN END KIND VALUE...             FROM, TO: a machine or *; ns after the zero, END or never
//     loss CHANCE          burst-loss TO_BAD TO_GOOD LOSS_IN_BAD LOSS_IN_GOOD          chances of a thousand million
//     delay TIME           jitter TIME            reordering CHANCE TIME               ns
//     duplication CHANCE   corruption CHANCE      rate RATE      cut                   bit/s
//   fault MACHINE ZERO AT power-cut
//   fault MACHINE ZERO AT pause TIME                             ns
#include "impair_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[KINDS] = {
	[LOSS] = "loss",	       [BURST_LOSS] = "burst-loss", [DELAY] = "delay",
	[JITTER] = "jitter",	       [DUPLICATION] = "duplication", [REORDERING] = "reordering",
	[CORRUPTION] = "corruption",   [RATE] = "rate",	       [CUT] = "cut",
};

const char *impair_name(enum impairment_kind kind)
{
	return names[kind];
}

static bool read_kind(const char *word, enum impairment_kind *kind)
{
	for (int i = 0; i < KINDS; i++)
		if (!strcmp(names[i], word)) {
			*kind = (enum impairment_kind)i;
			return true;
		}
	return false;
}

/* The values of each kind, in their order. */
static bool read_values(struct impairment *i, const char *values)
{
	uint64_t *const taken[KINDS][4] = {
		[LOSS] = {&i->chance},
		[BURST_LOSS] = {&i->to_bad, &i->to_good, &i->loss_in_bad, &i->loss_in_good},
		[DELAY] = {&i->time},
		[JITTER] = {&i->time},
		[DUPLICATION] = {&i->chance},
		[REORDERING] = {&i->chance, &i->time},
		[CORRUPTION] = {&i->chance},
		[RATE] = {&i->rate},
	};
	int length = 0;

	for (int at = 0; at < 4 && taken[i->kind][at]; at++, values += length)
		if (sscanf(values, "%" SCNu64 "%n", taken[i->kind][at], &length) != 1) return false;
	if (i->kind == RATE && !i->rate) return false;
	char more[2];
	return sscanf(values, "%1s", more) != 1;
}

static bool read_machine(const struct config *config, const char *word, int *machine)
{
	*machine = config_machine(config, word);
	return *machine >= 0 || !strcmp(word, "*");
}

static bool read_end(const char *word, uint64_t *end)
{
	*end = UINT64_MAX;
	return !strcmp(word, "never") || sscanf(word, "%" SCNu64, end) == 1;
}

bool impair_read(struct config *config, const char *line)
{
	struct impairment i = {0};
	char wire[NAME], from[NAME], to[NAME], end[NAME], kind[NAME];
	int length = 0;

	if (config->impairments == IMPAIRMENTS) return false;
	if (sscanf(line, "impair %63s %63s %63s %" SCNu32 " %" SCNu64 " %63s %63s%n", wire, from, to, &i.period.zero,
		   &i.period.begin, end, kind, &length) != 7)
		return false;
	i.wire = config_wire(config, wire);
	if (i.wire < 0 || !read_machine(config, from, &i.from) || !read_machine(config, to, &i.to)) return false;
	if (!read_end(end, &i.period.end) || !read_kind(kind, &i.kind) || !read_values(&i, line + length)) return false;
	config->impairment[config->impairments++] = i;
	return true;
}

bool fault_read(struct config *config, const char *line)
{
	struct fault fault = {0};
	char machine[NAME], kind[NAME];
	int read = sscanf(line, "fault %63s %" SCNu32 " %" SCNu64 " %63s %" SCNu64, machine, &fault.zero, &fault.at, kind,
			  &fault.time);

	if (read < 4 || config->faults == FAULTS) return false;
	fault.machine = config_machine(config, machine);
	fault.kind = strcmp(kind, "pause") ? POWER_CUT : PAUSE;
	if (fault.machine < 0 || (fault.kind == POWER_CUT && strcmp(kind, "power-cut"))) return false;
	if (read != (fault.kind == PAUSE ? 5 : 4)) return false;
	config->fault[config->faults++] = fault;
	return true;
}

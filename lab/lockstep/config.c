// SPDX-License-Identifier: GPL-2.0-only
// The lab's description, one thing a line:
//
//   machine NAME
//   wire NAME switch|pair RATE LATENCY QUEUE MODERATION          bit/s, ns, bytes, ns
//   port WIRE MACHINE MAC
//   capture WIRE MACHINE FILE SNAPLEN
//   deadline NS
//   epoch SECONDS
//   seed NUMBER
//   impair ..., fault ...                                       see impair_read.c
#include "config.h"

#include "impair_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Preamble and start of frame, frame check sequence, interpacket gap; and the least frame without them. */
enum { OVERHEAD = 8 + 4 + 12, LEAST_FRAME = 60 };

uint64_t wire_time(uint64_t rate, uint64_t bytes)
{
	uint64_t bits = ((bytes < LEAST_FRAME ? LEAST_FRAME : bytes) + OVERHEAD) * 8;

	return (bits * 1000000000 + rate - 1) / rate;
}

int config_machine(const struct config *config, const char *name)
{
	for (int i = 0; i < config->machines; i++)
		if (!strcmp(config->machine[i], name)) return i;
	return -1;
}

int config_wire(const struct config *config, const char *name)
{
	for (int i = 0; i < config->wires; i++)
		if (!strcmp(config->wire[i].name, name)) return i;
	return -1;
}

static struct wire *find_wire(struct config *config, const char *name)
{
	int number = config_wire(config, name);

	return number < 0 ? NULL : &config->wire[number];
}

static bool add_wire(struct config *config, const char *line)
{
	struct wire *wire = &config->wire[config->wires];
	char kind[NAME];

	if (config->wires == WIRES) return false;
	if (sscanf(line, "wire %63s %63s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, wire->name, kind, &wire->rate,
		   &wire->latency, &wire->queue, &wire->moderation) != 6)
		return false;
	if (!wire->rate || !wire->latency || (strcmp(kind, "switch") && strcmp(kind, "pair"))) return false;
	wire->is_switch = !strcmp(kind, "switch");
	wire->capture_at = -1;
	if (!config->wires || wire->latency < config->lookahead) config->lookahead = wire->latency;
	config->wires++;
	return true;
}

static bool add_port(struct config *config, const char *line)
{
	char name[NAME], machine_name[NAME];
	unsigned int m[6];

	if (sscanf(line, "port %63s %63s %x:%x:%x:%x:%x:%x", name, machine_name, m, m + 1, m + 2, m + 3, m + 4, m + 5) != 8)
		return false;
	struct wire *wire = find_wire(config, name);
	int machine = config_machine(config, machine_name);
	if (!wire || machine < 0) return false;
	wire->members |= 1u << machine;
	for (int i = 0; i < 6; i++) wire->mac[machine][i] = (uint8_t)m[i];
	return true;
}

static bool add_capture(struct config *config, const char *line)
{
	char name[NAME], machine[NAME], file[NAME];
	uint32_t snaplen;

	if (sscanf(line, "capture %63s %63s %63s %" SCNu32, name, machine, file, &snaplen) != 4) return false;
	struct wire *wire = find_wire(config, name);
	if (!wire || config_machine(config, machine) < 0) return false;
	wire->capture_at = config_machine(config, machine);
	strcpy(wire->capture_file, file);
	wire->snaplen = snaplen;
	return true;
}

static bool add(struct config *config, const char *line)
{
	char word[NAME];

	if (sscanf(line, "%63s", word) != 1 || word[0] == '#') return true;
	if (!strcmp(word, "machine"))
		return config->machines < MACHINES && sscanf(line, "machine %63s", config->machine[config->machines++]) == 1;
	if (!strcmp(word, "wire")) return add_wire(config, line);
	if (!strcmp(word, "port")) return add_port(config, line);
	if (!strcmp(word, "capture")) return add_capture(config, line);
	if (!strcmp(word, "deadline")) return sscanf(line, "deadline %" SCNu64, &config->deadline) == 1;
	if (!strcmp(word, "epoch")) return sscanf(line, "epoch %" SCNu64, &config->epoch) == 1;
	if (!strcmp(word, "seed")) return sscanf(line, "seed %" SCNu64, &config->seed) == 1;
	if (!strcmp(word, "impair")) return impair_read(config, line);
	if (!strcmp(word, "fault")) return fault_read(config, line);
	return false;
}

int config_read(const char *path, struct config *config)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool good = true;

	if (!file) {
		fprintf(stderr, "lockstep: %s: %m\n", path);
		return -1;
	}
	for (int number = 1; good && fgets(line, sizeof(line), file); number++) {
		good = add(config, line);
		if (!good) fprintf(stderr, "lockstep: %s:%d: not understood: %s", path, number, line);
	}
	fclose(file);
	if (good && (!config->machines || !config->wires || !config->deadline)) {
		fprintf(stderr, "lockstep: %s: it names no machine, no wire or no deadline\n", path);
		good = false;
	}
	return good ? 0 : -1;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_CONFIG_H
#define LOCKSTEP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

enum { MACHINES = 32, WIRES = 16, NAME = 64 };

/** A frame under way: what the machines tell each other about it. */
struct frame {
	uint64_t arrival; /* ns, at the switch, or at the other end of a pair */
	uint32_t number;  /* of the source's frames on this wire, from 0 */
	uint16_t wire;
	uint16_t length; /* bytes, without the frame check sequence */
};

struct wire {
	char name[NAME];
	bool is_switch;	  /* else two machines joined back to back */
	uint64_t rate;	  /* bit/s */
	uint64_t latency; /* ns, end to end */
	uint64_t queue;	  /* bytes that an output port of the switch holds */
	uint64_t moderation; /* ns between two interrupts of a card, at least */
	uint32_t members; /* bit for each machine */
	uint8_t mac[MACHINES][6];
	int capture_at; /* machine, or -1 */
	char capture_file[NAME];
	uint32_t snaplen;
};

struct config {
	int machines, wires;
	char machine[MACHINES][NAME];
	struct wire wire[WIRES];
	uint64_t deadline; /* ns */
	uint64_t epoch;	   /* s since 1970 at the virtual clock's zero */
	uint64_t lookahead; /* ns: the least latency */
};

/** Reads the lab's description; says on standard error what is wrong with it. @return 0 or -1 */
int config_read(const char *path, struct config *);

/** @return the machine's number, or -1 */
int config_machine(const struct config *, const char *name);

/** Nanoseconds that a frame takes at the wire's rate, with preamble, check sequence and gap (IEEE 802.3, 4.4.2). */
uint64_t wire_time(const struct wire *, uint64_t frame_bytes);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_CONFIG_H
#define LOCKSTEP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

enum { MACHINES = 32, WIRES = 16, NAME = 64, IMPAIRMENTS = 64, FAULTS = 32 };
/* Of a frame that every machine's plugin takes, and no card. */
enum { NO_WIRE = UINT16_MAX };

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

/** From when to when, ns after the zero's instant. */
struct period {
	uint32_t zero;
	uint64_t begin, end; /* UINT64_MAX: never */
};

/** Chances are of a thousand million. */
struct impairment {
	enum impairment_kind { LOSS, BURST_LOSS, DELAY, JITTER, DUPLICATION, REORDERING, CORRUPTION, RATE, CUT, KINDS } kind;
	int wire, from, to; /* machines, or -1 for all */
	struct period period;
	uint64_t chance;
	uint64_t time; /* ns */
	uint64_t rate; /* bit/s */
	/* Gilbert and Elliott's channel: chances of a change of its state after a frame, and of loss in each state. */
	uint64_t to_bad, to_good, loss_in_bad, loss_in_good;
};

struct fault {
	enum fault_kind { POWER_CUT, PAUSE } kind;
	int machine;
	uint32_t zero;
	uint64_t at, time; /* ns */
};

struct config {
	int machines, wires, impairments, faults;
	uint64_t seed;
	struct impairment impairment[IMPAIRMENTS];
	struct fault fault[FAULTS];
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

/** @return the wire's number, or -1 */
int config_wire(const struct config *, const char *name);

/** Nanoseconds that a frame takes at a rate in bit/s, with preamble, check sequence and gap (IEEE 802.3, 4.4.2). */
uint64_t wire_time(uint64_t rate, uint64_t frame_bytes);

#endif

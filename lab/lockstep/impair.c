// SPDX-License-Identifier: GPL-2.0-only
#include "impair.h"

#include "impair_read.h"

static const struct config *lab;

static struct state {
	uint64_t zero;		/* ns; UINT64_MAX while it is not known */
	uint64_t frames, done;	/* that it looked at, and that it changed something about */
	struct source {
		uint32_t number; /* of the next frame that the chain has not seen */
		bool bad;
		uint64_t latest; /* arrival, ns: no later frame may overtake it */
	} source[MACHINES];
} state[IMPAIRMENTS];

void impair_begin(const struct config *config)
{
	lab = config;
	for (int i = 0; i < IMPAIRMENTS; i++) state[i] = (struct state){.zero = UINT64_MAX};
}

bool impair_any(void)
{
	return lab->impairments > 0;
}

void impair_zero(uint32_t zero, uint64_t at)
{
	for (int i = 0; i < lab->impairments; i++)
		if (lab->impairment[i].period.zero == zero && state[i].zero == UINT64_MAX) state[i].zero = at;
}

static bool is_time(int i, uint64_t at)
{
	const struct period *period = &lab->impairment[i].period;

	if (at < state[i].zero || state[i].zero == UINT64_MAX) return false;
	return at - state[i].zero >= period->begin && at - state[i].zero < period->end;
}

/* Vigna's splitmix64: the finalizer. */
static uint64_t mixed(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Each frame is asked several questions. */
enum question { WHETHER, HOW_MUCH, CHANGE };

static uint64_t draw(int i, int source, uint32_t number, enum question question)
{
	uint64_t which = (uint64_t)question << 48 | (uint64_t)i << 40 | (uint64_t)source << 32 | number;

	return mixed(mixed(lab->seed) ^ mixed(which));
}

static uint64_t share(uint64_t drawn, uint64_t of)
{
	return (uint64_t)((unsigned __int128)drawn * of >> 64);
}

/** @param chance of a thousand million */
static bool happens(uint64_t drawn, uint64_t chance)
{
	return share(drawn, 1000000000) < chance;
}

/*
 * Gilbert, "Capacity of a burst-noise channel", 1960; Elliott 1963. A source's channel changes with each of its frames
 * on the wire, from the first, whether this machine hears it or not and whether it is the impairment's time.
 */
static bool lost_in_burst(int i, int source, uint32_t number)
{
	const struct impairment *it = &lab->impairment[i];
	struct source *channel = &state[i].source[source];

	for (; channel->number < number; channel->number++)
		if (happens(draw(i, source, channel->number, CHANGE), channel->bad ? it->to_good : it->to_bad))
			channel->bad = !channel->bad;
	return happens(draw(i, source, number, WHETHER), channel->bad ? it->loss_in_bad : it->loss_in_good);
}

/* A frame never overtakes an earlier one of its source. */
static uint64_t held_in_order(int i, const struct arrival *frame, uint64_t at)
{
	uint64_t *latest = &state[i].source[frame->source].latest;

	at += share(draw(i, frame->source, frame->number, HOW_MUCH), lab->impairment[i].time + 1);
	if (at < *latest) at = *latest;
	return *latest = at;
}

enum { ETHERNET = 14, IPV4_HEADER = 20 };

/* Of an IPv4 datagram only: other frames have no checksum of their own. */
static bool flip_bit(int i, const struct arrival *frame)
{
	uint8_t *datagram = frame->bytes + ETHERNET;

	if (frame->length < ETHERNET + IPV4_HEADER || frame->bytes[12] != 8 || frame->bytes[13] != 0) return false;
	uint64_t length = (uint64_t)datagram[2] << 8 | datagram[3];
	if (length + ETHERNET > frame->length) length = frame->length - (uint64_t)ETHERNET;
	uint64_t bit = share(draw(i, frame->source, frame->number, HOW_MUCH), 8 * length);
	datagram[bit / 8] ^= (uint8_t)(1 << bit % 8);
	return true;
}

/** @return whether it did anything */
static bool apply(int i, const struct arrival *frame, struct fate *fate)
{
	const struct impairment *it = &lab->impairment[i];
	bool chosen = happens(draw(i, frame->source, frame->number, WHETHER), it->chance);
	uint64_t at = frame->at + fate->delay;

	switch (it->kind) {
	case CUT: return fate->lost = true;
	case LOSS: return fate->lost = chosen;
	case BURST_LOSS: return fate->lost = lost_in_burst(i, frame->source, frame->number);
	case DELAY: fate->delay += it->time; return true;
	case JITTER: fate->delay = held_in_order(i, frame, at) - frame->at; return true;
	case REORDERING: fate->delay += chosen ? it->time : 0; return chosen;
	case DUPLICATION: fate->copies += chosen; return chosen;
	case CORRUPTION: return chosen && flip_bit(i, frame);
	default: return false;
	}
}

static bool is_between(const struct impairment *it, int wire, int from, int to)
{
	return it->wire == wire && (it->from < 0 || it->from == from) && (it->to < 0 || it->to == to);
}

struct fate impair_frame(int wire, int receiver, const struct arrival *frame)
{
	struct fate fate = {0};

	for (int i = 0; i < lab->impairments && !fate.lost; i++) {
		const struct impairment *it = &lab->impairment[i];
		if (it->kind == RATE || !is_between(it, wire, frame->source, receiver) || !is_time(i, frame->at)) continue;
		state[i].frames++;
		state[i].done += apply(i, frame, &fate);
	}
	return fate;
}

static uint64_t least_rate(int wire, uint64_t at, bool (*is_at)(const struct impairment *, int), int machine)
{
	uint64_t rate = lab->wire[wire].rate;

	for (int i = 0; i < lab->impairments; i++) {
		const struct impairment *it = &lab->impairment[i];
		if (it->kind != RATE || it->wire != wire || !is_at(it, machine) || !is_time(i, at)) continue;
		state[i].frames++;
		if (it->rate >= rate) continue;
		state[i].done++;
		rate = it->rate;
	}
	return rate;
}

static bool is_at_cable(const struct impairment *it, int machine)
{
	return it->to < 0 && (it->from < 0 || it->from == machine);
}

static bool is_at_port(const struct impairment *it, int machine)
{
	return it->from < 0 && (it->to < 0 || it->to == machine);
}

uint64_t impair_cable_rate(int wire, int machine, uint64_t at)
{
	return least_rate(wire, at, is_at_cable, machine);
}

uint64_t impair_port_rate(int wire, int machine, uint64_t at)
{
	return least_rate(wire, at, is_at_port, machine);
}

static void say_when(FILE *to, int i)
{
	const struct period *period = &lab->impairment[i].period;
	double begin = (double)(state[i].zero + period->begin) / 1e9;

	if (period->end == UINT64_MAX) fprintf(to, "from %.9f s on", begin);
	else fprintf(to, "from %.9f s to %.9f s", begin, (double)(state[i].zero + period->end) / 1e9);
}

void impair_report(FILE *to, int machine)
{
	for (int i = 0; i < lab->impairments; i++) {
		const struct impairment *it = &lab->impairment[i];
		bool here = it->kind == RATE ? is_at_cable(it, machine) || is_at_port(it, machine)
					     : it->to < 0 || it->to == machine;
		if (!here || !(lab->wire[it->wire].members & 1u << machine)) continue;
		fprintf(to, "lockstep: impairment %d, %s on %s, ", i + 1, impair_name(it->kind), lab->wire[it->wire].name);
		if (state[i].zero == UINT64_MAX) {
			fprintf(to, "never: its zero did not come\n");
			continue;
		}
		say_when(to, i);
		fprintf(to, ": %lu of %lu frames\n", state[i].done, state[i].frames);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
// What impairments do to 100,000 frames: tolerances are five standard deviations, and the seeds are fixed.
#include "../impair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../impair_read.h"

enum { FRAMES = 100000, LENGTH = 60 };
static int number, failed;

static void ok(bool good, const char *what)
{
	failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", ++number, what);
}

static bool near(double measured, double expected, double tolerance)
{
	if (fabs(measured - expected) <= tolerance) return true;
	printf("# %g, expected %g within %g\n", measured, expected, tolerance);
	return false;
}

static double deviations(double chance, double count)
{
	return 5 * sqrt(chance * (1 - chance) / count);
}

static struct config lab;

/** A switch between a, b and c, with this impairment from zero 0 on. */
static void begin(uint64_t seed, const char *line)
{
	lab = (struct config){.machines = 3, .wires = 1, .seed = seed};
	for (int i = 0; i < 3; i++) lab.machine[i][0] = (char)('a' + i);
	strcpy(lab.wire[0].name, "public");
	lab.wire[0].rate = 1000000000;
	lab.wire[0].members = 7;
	if (!impair_read(&lab, line)) exit(70);
	impair_begin(&lab);
	impair_zero(0, 0);
}

static struct arrival frame_of(int source, uint32_t of_number, uint8_t *bytes)
{
	return (struct arrival){.at = of_number * 1000ul, .source = source, .number = of_number, .length = LENGTH, .bytes = bytes};
}

static struct fate fate_of(int source, uint32_t of_number, int receiver)
{
	static uint8_t bytes[LENGTH];
	struct arrival frame = frame_of(source, of_number, bytes);

	return impair_frame(0, receiver, &frame);
}

static bool lost[FRAMES];

static int lose(uint64_t seed, const char *line, int receiver)
{
	int count = 0;

	begin(seed, line);
	for (uint32_t i = 0; i < FRAMES; i++) count += lost[i] = fate_of(0, i, receiver).lost;
	return count;
}

static void loss(void)
{
	static bool first[FRAMES];
	const char *line = "impair public * * 0 0 never loss 10000000";
	int count = lose(1, line, 1);

	ok(near((double)count / FRAMES, 0.01, deviations(0.01, FRAMES)), "1% of frames are lost");
	memcpy(first, lost, sizeof(lost));
	lose(1, line, 2);
	ok(!memcmp(first, lost, sizeof(lost)), "every receiver loses the same");
	lose(2, line, 1);
	ok(memcmp(first, lost, sizeof(lost)), "another seed loses others");
	ok(lose(1, "impair public b * 0 0 never loss 1000000000", 1) == 0, "frames of another source pass");
	ok(lose(1, "impair public a b 0 0 never loss 1000000000", 2) == 0, "frames to another receiver pass");
	ok(lose(1, "impair public a b 0 0 never loss 1000000000", 1) == FRAMES, "100% loses all");
}

/* Mean length of runs of lost frames. */
static double burst(void)
{
	int frames = 0, bursts = 0;

	for (int i = 0; i < FRAMES; i++) {
		frames += lost[i];
		bursts += lost[i] && (!i || !lost[i - 1]);
	}
	return (double)frames / bursts;
}

static void burst_loss(void)
{
	static bool all[FRAMES];
	/* Bad for 1 / (1 + 19) of the time, for 5 frames at a time. */
	const char *line = "impair public * * 0 0 never burst-loss 10526316 200000000 1000000000 0";
	int count = lose(1, line, 1);

	/* Frames of a burst stand or fall together: the deviation is that of a chain, sqrt((1 + r) / (1 - r)) as much. */
	ok(near((double)count / FRAMES, 0.05, deviations(0.05, FRAMES) * sqrt((2 - 0.2105) / 0.2105)), "5% are lost in bursts");
	ok(near(burst(), 5, 5 * sqrt(20.0 / (FRAMES * 0.01))), "bursts are 5 frames long");
	memcpy(all, lost, sizeof(lost));
	begin(1, line);
	bool same = true;
	for (uint32_t i = 0; i < FRAMES; i += 7) same = same && fate_of(0, i, 2).lost == all[i];
	ok(same, "a receiver that hears only some frames loses the same of them");
}

static void delays(void)
{
	uint64_t least = UINT64_MAX, most = 0, previous = 0;
	bool in_order = true;
	int held = 0;

	begin(1, "impair public * * 0 0 never delay 5000000");
	ok(fate_of(0, 0, 1).delay == 5000000, "a delay is exact");
	begin(1, "impair public * * 0 0 never jitter 100000");
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint64_t delay = fate_of(0, i, 1).delay, at = i * 1000ul + delay;
		if (delay < least) least = delay;
		if (delay > most) most = delay;
		in_order = in_order && at >= previous;
		previous = at;
	}
	ok(in_order && most <= 100000 && most > 99000, "jitter stays below its bound, and no frame overtakes another");
	begin(1, "impair public * * 0 0 never reordering 100000000 700000");
	for (uint32_t i = 0; i < FRAMES; i++) held += fate_of(0, i, 1).delay == 700000;
	ok(near((double)held / FRAMES, 0.1, deviations(0.1, FRAMES)), "a tenth of the frames is held back");
}

static int flipped(const uint8_t *a, const uint8_t *b)
{
	int bits = 0;

	for (int i = 0; i < LENGTH; i++) bits += __builtin_popcount(a[i] ^ b[i]);
	return bits;
}

static void corruption(void)
{
	uint8_t sent[LENGTH] = {[12] = 8, [14] = 0x45, [17] = 40}, touched[LENGTH] = {0}, bytes[LENGTH];
	bool one = true;
	int header = 0, padding = 0;

	begin(1, "impair public * * 0 0 never corruption 1000000000");
	for (uint32_t i = 0; i < FRAMES; i++) {
		memcpy(bytes, sent, sizeof(sent));
		struct arrival frame = frame_of(0, i, bytes);
		impair_frame(0, 1, &frame);
		one = one && flipped(bytes, sent) == 1;
		for (int at = 0; at < LENGTH; at++) touched[at] |= bytes[at] ^ sent[at];
	}
	for (int at = 0; at < 14; at++) header += touched[at];
	for (int at = 54; at < LENGTH; at++) padding += touched[at];
	ok(one && !header && !padding, "one bit of the datagram is flipped, none of the Ethernet header or the padding");
	ok(touched[14] == 0xff && touched[53] == 0xff, "it may be any bit");
	memcpy(bytes, sent, sizeof(sent));
	bytes[13] = 6;
	struct arrival arp = frame_of(0, 0, bytes);
	impair_frame(0, 1, &arp);
	ok(!memcmp(bytes + 14, sent + 14, LENGTH - 14), "what has no checksum stays as it is");
}

static void others(void)
{
	int copies = 0, at;

	begin(1, "impair public * * 0 0 never duplication 20000000");
	for (uint32_t i = 0; i < FRAMES; i++) copies += fate_of(0, i, 1).copies;
	ok(near((double)copies / FRAMES, 0.02, deviations(0.02, FRAMES)), "2% come twice");
	begin(1, "impair public * * 0 50000 70000 cut");
	for (at = 0; at < 200 && fate_of(0, (uint32_t)at, 1).lost == (at >= 50 && at < 70); at++) {}
	ok(at == 200, "a cut begins and ends at its instants");
	begin(1, "impair public * b 0 50000 70000 rate 1000000");
	ok(impair_port_rate(0, 1, 60000) == 1000000 && impair_port_rate(0, 1, 70000) == 1000000000 &&
	   impair_port_rate(0, 2, 60000) == 1000000000 && impair_cable_rate(0, 0, 60000) == 1000000000,
	   "a rate holds at its port and in its time");
	begin(1, "impair public a * 3 0 never cut");
	ok(!fate_of(0, 0, 1).lost, "nothing happens before its zero came");
	impair_zero(3, 5000);
	ok(!fate_of(0, 4, 1).lost && fate_of(0, 5, 1).lost, "and then at once");
}

int main(void)
{
	static const char *const faulty[] = {
		"impair private * * 0 0 never cut", "impair public d * 0 0 never cut", "impair public * * 0 0 never loss",
		"impair public * * 0 0 never cut 1", "impair public * * 0 0 never rate 0", "impair public * * 0 0 never worse",
	};
	loss();
	burst_loss();
	delays();
	corruption();
	others();
	for (size_t i = 0; i < sizeof(faulty) / sizeof(*faulty); i++) ok(!impair_read(&lab, faulty[i]), faulty[i]);
	printf("1..%d\n", number);
	return failed > 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that keeps the virtual clocks of a lab's machines in step, whatever the host is doing. With -icount a
 * machine's clock counts its instructions; at the end of each window of virtual time a timer holds the machine, with
 * QEMU's lock, until the others have come as far. Frames carry their instants (card.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "clock.h"
#include "fault.h"
#include "fit.h"
#include "idle.h"
#include "impair.h"
#include "machine.h"
#include "qemu.h"
#include "shared.h"

EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;

static struct config config;
static int self;
static struct clock_timer window;
static uint64_t window_end;

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Before this instant the machine does nothing that another could notice. */
static uint64_t earliest_effect(uint64_t now)
{
	uint64_t frames = least(cards_sent(), cards_next_arrival());

	if (!all_cpu_threads_idle()) return now;
	int64_t left = qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);
	return left < 0 ? frames : least(frames, now + (uint64_t)left);
}

static void begin_zero(uint32_t number, uint64_t at)
{
	impair_zero(number, at);
	faults_zero(number, at);
}

static void arrive(int source, const struct frame *frame, const uint8_t *bytes)
{
	if (frame->wire == NO_WIRE) begin_zero(frame->number, frame->arrival);
	else cards_arrive(source, frame, bytes);
}

static void pass_window(uint64_t earliest)
{
	if (window_end >= config.deadline) {
		fprintf(stderr, "lockstep: %lu s of virtual time are over\n", config.deadline / 1000000000);
		machine_end(5);
	}
	window_end = least(shared_end_window(earliest), config.deadline);
	shared_take(arrive);
	cards_settle(window_end);
	clock_timer_set(&window, window_end);
}

static void end_window(void *unused)
{
	(void)unused;
	uint64_t now = clock_now();

	if (now != window_end) idle_missed(now - window_end);
	pass_window(earliest_effect(now));
}

void machine_set_zero(uint32_t number)
{
	struct frame zero = {.arrival = clock_now() + config.lookahead, .number = number, .wire = NO_WIRE};

	shared_put(&zero, NULL);
	begin_zero(number, zero.arrival);
}

void machine_stand_still(uint64_t until)
{
	uint64_t since = clock_now();

	while (window_end < until) pass_window(least(cards_sent(), until));
	clock_stood(until - since);
}

static void leave(void)
{
	impair_report(stderr, self);
	cards_close();
	shared_leave(cards_sent());
}

void machine_end(int code)
{
	leave();
	_exit(code);
}

static const char *argument(int argc, char **argv, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], name, length) && argv[i][length] == '=') return argv[i] + length + 1;
	fprintf(stderr, "lockstep: %s= is missing\n", name);
	return NULL;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)id;
	const char *why = unfit(info);
	if (why) {
		fprintf(stderr, "lockstep: this QEMU does not fit: %s\n", why);
		return -1;
	}
	if (argc == 1 && !strcmp(argv[0], "probe=on")) {
		puts("lockstep: this QEMU fits");
		exit(0);
	}
	const char *path = argument(argc, argv, "config"), *name = argument(argc, argv, "machine");

	if (!path || !name || config_read(path, &config) < 0) return -1;
	self = config_machine(&config, name);
	if (self < 0 || shared_open("lockstep", &config, self) < 0) {
		fprintf(stderr, "lockstep: %s: %m\n", name);
		return -1;
	}
	impair_begin(&config);
	cards_create(&config, self);
	faults_begin(&config, self);
	idle_watch();
	clock_timer_init(&window, end_window, NULL);
	window_end = config.lookahead;
	clock_timer_set(&window, window_end);
	atexit(leave);
	return 0;
}

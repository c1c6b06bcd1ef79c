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
#include "end.h"
#include "idle.h"
#include "qemu.h"
#include "shared.h"

/* An experimental EtherType: IEEE Std 802, 9.2.3. */
enum { TYPE_OF_END = 0x88b5 };

EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;

static struct config config;
static QEMUTimer window;
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

static void end_window(void *unused)
{
	(void)unused;
	uint64_t now = (uint64_t)qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

	if (now != window_end) idle_missed(now - window_end);
	if (now >= config.deadline) {
		fprintf(stderr, "lockstep: %lu s of virtual time are over\n", config.deadline / 1000000000);
		end_machine(5);
	}
	window_end = least(shared_end_window(earliest_effect(now)), config.deadline);
	shared_take(cards_arrive);
	cards_settle(window_end);
	timer_mod_ns(&window, (int64_t)window_end);
}

bool is_end(const uint8_t *frame, size_t length)
{
	return length >= 14 && frame[12] == TYPE_OF_END >> 8 && frame[13] == (TYPE_OF_END & 0xff);
}

void end_machine(int code)
{
	cards_close();
	shared_leave();
	_exit(code);
}

static void quit(void)
{
	cards_close();
	shared_leave();
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
	(void)id, (void)info;
	const char *path = argument(argc, argv, "config"), *name = argument(argc, argv, "machine");

	if (!path || !name || config_read(path, &config) < 0) return -1;
	int machine = config_machine(&config, name);
	if (machine < 0 || shared_open("lockstep", &config, machine) < 0) {
		fprintf(stderr, "lockstep: %s: %m\n", name);
		return -1;
	}
	cards_create(&config, machine);
	idle_watch();
	timer_init_full(&window, NULL, QEMU_CLOCK_VIRTUAL, 1, 0, end_window, NULL);
	window_end = config.lookahead;
	timer_mod_ns(&window, (int64_t)window_end);
	atexit(quit);
	return 0;
}

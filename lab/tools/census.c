// SPDX-License-Identifier: GPL-2.0-only
/*
 * census [--settle S] NAME
 * One event: what the kernel holds, so that two of them tell what was left behind between. Objects of every slab cache,
 * exactly, sockets, pages, the migration module's counters. With --settle it first waits, S seconds at most, until no
 * socket is left that belongs to no program (TIME_WAIT, orphans); "settled" says whether that came about.
 */
#include "json_line.h"
#include "monotonic.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLABS "/sys/kernel/slab"
/* What kfree_rcu() is given is freed together, at the latest after KFREE_DRAIN_JIFFIES (5 s; kernel/rcu/tree.c); how
 * much of it waits nobody tells. */
#define DEFERRED_S 6

static _Noreturn void lacking(const char *what)
{
	fprintf(stderr, "census: %s: %s\n", what, strerror(errno));
	exit(69);
}

static FILE *open_table(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file)
		lacking(path);
	return file;
}

static void sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static bool nobody_lingers(void)
{
	unsigned long orphans = 1, time_wait = 1;
	char line[256];
	FILE *file = open_table("/proc/net/sockstat");

	while (fgets(line, sizeof(line), file))
		sscanf(line, "TCP: inuse %*u orphan %lu tw %lu", &orphans, &time_wait);
	fclose(file);
	return !orphans && !time_wait;
}

static bool settle(double seconds)
{
	uint64_t end = monotonic_ns() + (uint64_t)(seconds * NS_PER_S);

	while (!nobody_lingers()) {
		if (monotonic_ns() >= end)
			return false;
		sleep_ms(200);
	}
	return true;
}

/* Free objects in the slabs at hand of a processor are counted as used, until their slabs are given back. */
static void give_back_slabs(void)
{
	char path[512];
	struct dirent *entry;
	DIR *folder = opendir(SLABS);

	if (!folder)
		lacking(SLABS);
	while ((entry = readdir(folder))) {
		FILE *file;

		snprintf(path, sizeof(path), SLABS "/%s/shrink", entry->d_name);
		file = *entry->d_name == '.' ? NULL : fopen(path, "w");
		if (!file)
			continue;
		fputs("1", file);
		fclose(file);
	}
	closedir(folder);
}

/* "cache":[objects,bytes of each]; without those that are empty. */
static void put_slabs(struct json_line *line)
{
	char text[512], name[128];
	unsigned long active, size;
	FILE *file = open_table("/proc/slabinfo");

	json_open(line, "slab", '{');
	while (fgets(text, sizeof(text), file)) {
		if (sscanf(text, "%127s %lu %*u %lu", name, &active, &size) != 3 || !active)
			continue;
		json_open(line, name, '[');
		json_u64(line, NULL, active);
		json_u64(line, NULL, size);
		json_close(line, ']');
	}
	json_close(line, '}');
	fclose(file);
}

/* "TCP: inuse 4 orphan 0 ..." becomes "TCP inuse":4 ... */
static void put_pairs(struct json_line *line, const char *path)
{
	char text[512], key[256], *rest;
	FILE *file = open_table(path);

	while (fgets(text, sizeof(text), file)) {
		const char *protocol = strtok_r(text, ":", &rest);
		char *name;

		while (protocol && (name = strtok_r(NULL, " \n", &rest))) {
			const char *value = strtok_r(NULL, " \n", &rest);

			snprintf(key, sizeof(key), "%s %s", protocol, name);
			json_u64(line, key, value ? strtoull(value, NULL, 10) : 0);
		}
	}
	fclose(file);
}

/* Lines of a name and a number; SEPARATOR ends the name. What has another form is left out. */
static void put_lines(struct json_line *line, const char *path, const char *separator)
{
	char text[256], *rest, *end;
	FILE *file = open_table(path);

	while (fgets(text, sizeof(text), file)) {
		const char *name = strtok_r(text, separator, &rest);
		unsigned long long value = rest ? strtoull(rest, &end, 10) : 0;

		if (name && rest && end != rest)
			json_u64(line, name, value);
	}
	fclose(file);
}

static void put_table(struct json_line *line, const char *key, const char *path, const char *separator)
{
	json_open(line, key, '{');
	if (!access(path, R_OK))
		put_lines(line, path, separator);
	json_close(line, '}');
}

static void count(const char *name, bool settled)
{
	struct json_line line = { 0 };

	json_begin(&line, "census");
	json_u64(&line, "t_ns", monotonic_ns());
	json_string(&line, "name", name);
	json_bool(&line, "settled", settled);
	put_slabs(&line);
	json_open(&line, "sockets", '{');
	put_pairs(&line, "/proc/net/sockstat");
	json_close(&line, '}');
	put_table(&line, "memory_kb", "/proc/meminfo", ":");
	put_table(&line, "module", "/proc/net/tcpmig", " ");
	if (!json_end(&line, STDOUT_FILENO))
		lacking("write");
	json_release(&line);
}

static _Noreturn void usage(void)
{
	fputs("usage: census [--settle S] NAME\n", stderr);
	exit(64);
}

static double seconds_of(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0 && seconds <= 1e6))
		usage();
	return seconds;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "settle", 1, 0, 's' }, { 0 } };
	double seconds = -1;
	bool settled;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 's')
			usage();
		seconds = seconds_of(optarg);
	}
	if (optind != argc - 1)
		usage();
	settled = seconds < 0 ? nobody_lingers() : settle(seconds);
	if (seconds >= 0)
		sleep_ms(DEFERRED_S * 1000);
	give_back_slabs();
	count(argv[optind], settled);
	return 0;
}

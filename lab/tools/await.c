// SPDX-License-Identifier: GPL-2.0-only
/*
 * await --file FILE [--timeout S] [--event NAME] [--not NAME] [--fresh] EXPR...
 * Waits until all expressions hold for what FILE, lines of JSON that others append to, says last. An expression is
 * KEY OP VALUE in one word, OP one of >= <= == != > <; KEY's value is the one in the last line that has it. With a
 * number "+N" the value is meant to be that much more than the last one present when await began, or than the first to
 * come if there was none. With --fresh only lines count that come after await began: a process that left this machine and
 * came back has old ones here. An event named by --not ends the waiting with exit code 1.
 */
#include "follow.h"
#include "json_scan.h"
#include "monotonic.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_TIMEOUT 124

enum operator { AT_LEAST, AT_MOST, EQUAL, NOT_EQUAL, MORE, LESS };

static const char *const operators[] = { ">=", "<=", "==", "!=", ">", "<" };

struct condition {
	const char *text;
	char *key;
	enum operator operator;
	const char *wanted;
	double number;       /* of wanted */
	bool numeric, relative; /* relative: number is still to be added to a base */
	char *seen;          /* the last value, null if none yet; strings without their quotes */
};

static _Noreturn void usage(const char *complaint, const char *about)
{
	fprintf(stderr, "await: %s%s\n"
		"usage: await --file FILE [--timeout S] [--event NAME] [--not NAME] [--fresh] KEY>=VALUE...\n"
		"       operators: >= <= == != > <; >=+N: N more than now\n", complaint, about);
	exit(64);
}

static bool to_number(const char *text, double *number)
{
	char *end;

	*number = strtod(text, &end);
	return end != text && !*end;
}

static struct condition condition_of(const char *text)
{
	struct condition c = { .text = text };
	size_t key = strcspn(text, "<>=!");
	unsigned int i = 0;

	while (i < 6 && strncmp(text + key, operators[i], strlen(operators[i])))
		i++;
	if (!key || i == 6)
		usage("not a condition: ", text);
	c.key = strndup(text, key);
	c.operator = (enum operator)i;
	c.wanted = text + key + strlen(operators[i]);
	c.relative = *c.wanted == '+';
	c.numeric = to_number(c.wanted, &c.number);
	if (!c.numeric && (c.relative || (c.operator != EQUAL && c.operator != NOT_EQUAL)))
		usage("a number was expected in ", text);
	return c;
}

static bool compare(enum operator operator, double left, double right)
{
	switch (operator) {
	case AT_LEAST: return left >= right;
	case AT_MOST: return left <= right;
	case EQUAL: return left == right;
	case NOT_EQUAL: return left != right;
	case MORE: return left > right;
	case LESS: return left < right;
	}
	return false;
}

static bool holds(const struct condition *c)
{
	double number;

	if (!c->seen || c->relative)
		return false;
	if (c->numeric)
		return to_number(c->seen, &number) && compare(c->operator, number, c->number);
	return (c->operator == EQUAL) == !strcmp(c->seen, c->wanted);
}

static void look(struct condition *c, const char *line, size_t length)
{
	struct json_span value;

	if (!json_member(line, length, c->key, &value))
		return;
	if (*value.at == '"')
		value = (struct json_span){ value.at + 1, value.length - 2 };
	free(c->seen);
	c->seen = strndup(value.at, value.length);
}

static bool is_event(const char *line, size_t length, const char *event)
{
	struct condition name = { .key = "event" };
	bool same;

	look(&name, line, length);
	same = name.seen && !strcmp(name.seen, event);
	free(name.seen);
	return same;
}

struct watch {
	struct follow follow;
	struct condition *conditions;
	int count;
	const char *event, *unwanted;
	bool fresh, lost;    /* lost: the unwanted event has come */
	unsigned long lines;
};

static bool all_hold(const struct watch *w)
{
	for (int i = 0; i < w->count; i++)
		if (!holds(&w->conditions[i]))
			return false;
	return true;
}

static void take_in_line(struct watch *w, const char *line, size_t length)
{
	w->lines++;
	if (w->unwanted && json_valid_object(line, length) && is_event(line, length, w->unwanted))
		w->lost = true;
	if (!json_valid_object(line, length) || (w->event && !is_event(line, length, w->event)))
		return;
	for (int i = 0; i < w->count; i++)
		look(&w->conditions[i], line, length);
}

/* A relative number becomes absolute with the first value there is to add it to. */
static void fix_relative(struct watch *w)
{
	for (int i = 0; i < w->count; i++) {
		struct condition *c = &w->conditions[i];
		double base;

		if (!c->relative || !c->seen || !to_number(c->seen, &base))
			continue;
		c->number += base;
		c->relative = false;
	}
}

/* What is there when await begins. */
static void take_in_past(struct watch *w)
{
	const char *line;
	size_t length;

	while ((line = follow_line(&w->follow, &length)))
		if (!w->fresh)
			take_in_line(w, line, length);
	fix_relative(w);
}

/* What has come since; only up to the line with which all conditions hold. */
static bool take_in_news(struct watch *w)
{
	const char *line;
	size_t length;

	while ((line = follow_line(&w->follow, &length))) {
		take_in_line(w, line, length);
		fix_relative(w);
		if (all_hold(w))
			return true;
	}
	return false;
}

static int too_late(const struct watch *w, const char *path, double timeout)
{
	fprintf(stderr, "await: not within %g s in %s (%lu lines):", timeout, path, w->lines);
	for (int i = 0; i < w->count; i++) {
		const struct condition *c = &w->conditions[i];

		fprintf(stderr, "%s %s, last %s=%s", i ? ";" : "", c->text, c->key, c->seen ? c->seen : "(never seen)");
	}
	fputc('\n', stderr);
	return EXIT_TIMEOUT;
}

static int wait_until(struct watch *w, const char *path, double timeout)
{
	uint64_t end_ns = monotonic_ns() + (uint64_t)(timeout * NS_PER_S);
	bool truth;

	if (!follow_open(&w->follow, path)) {
		fprintf(stderr, "await: the folder of %s: %s\n", path, strerror(errno));
		return 69;
	}
	take_in_past(w);
	truth = all_hold(w);
	while (!truth) {
		uint64_t now_ns = monotonic_ns();

		if (w->lost) {
			fprintf(stderr, "await: %s came first in %s\n", w->unwanted, path);
			return 1;
		}
		if (now_ns >= end_ns)
			return too_late(w, path, timeout);
		follow_wait(&w->follow, end_ns - now_ns, NULL);
		truth = take_in_news(w);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "file", 1, 0, 'f' }, { "timeout", 1, 0, 't' }, { "event", 1, 0, 'e' }, { "fresh", 0, 0, 'n' },
		{ "not", 1, 0, 'x' }, { 0 },
	};
	struct watch watch = { 0 };
	const char *path = NULL;
	double timeout = 60;
	int option;

	while ((option = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		if (option == 'f')
			path = optarg;
		else if (option == 'e')
			watch.event = optarg;
		else if (option == 'x')
			watch.unwanted = optarg;
		else if (option == 'n')
			watch.fresh = true;
		else if (option != 't' || !to_number(optarg, &timeout) || !(timeout >= 0 && timeout < 1e6))
			usage("--timeout: seconds were expected", "");
	}
	if (!path || optind == argc)
		usage("--file or a condition is missing", "");
	watch.count = argc - optind;
	watch.conditions = calloc((size_t)watch.count, sizeof(*watch.conditions));
	for (int i = 0; i < watch.count; i++)
		watch.conditions[i] = condition_of(argv[optind + i]);
	return wait_until(&watch, path, timeout);
}

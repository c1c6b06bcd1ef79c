// SPDX-License-Identifier: GPL-2.0-only
/*
 * say EVENT [key=text | key:=json]...    one event
 * say --forward FILE                     the lines of FILE, as they come, until SIGTERM
 * say --stdin                            the lines of standard input, to its end
 *	[--to FILE] [--machine NAME] [--lock FILE]
 */
#include "follow.h"
#include "json_line.h"
#include "json_scan.h"
#include "monotonic.h"
#include "serial.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MACHINE_FILE "/run/miglab/machine"

struct speaker {
	struct serial serial;
	struct json_line line;
	const char *machine;
};

static volatile sig_atomic_t terminated;

static void terminate(int signal)
{
	(void)signal;
	terminated = 1;
}

static _Noreturn void usage(const char *complaint)
{
	fprintf(stderr, "say: %s\n"
		"usage: say [options] EVENT [key=text | key:=json]...\n"
		"       say [options] --forward FILE | --stdin\n"
		"options: --to FILE  --machine NAME  --lock FILE\n", complaint);
	exit(64);
}

static const char *machine_of_this_host(void)
{
	static char name[128];
	FILE *file = fopen(MACHINE_FILE, "r");

	if (!file || !fgets(name, sizeof(name), file))
		usage("--machine is missing and " MACHINE_FILE " does not say");
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return name;
}

static bool speak(struct speaker *s)
{
	if (serial_write(&s->serial, s->line.text, s->line.length))
		return true;
	fprintf(stderr, "say: write: %s\n", strerror(errno));
	return false;
}

static void begin(struct speaker *s, const char *event)
{
	json_begin(&s->line, event);
	json_string(&s->line, "machine", s->machine);
	json_u64(&s->line, "t_ns", monotonic_ns());
}

/* "key=text" or "key:=json" */
static void put_pair(struct json_line *line, char *pair)
{
	char *equals = strchr(pair, '=');
	bool raw = equals && equals > pair && equals[-1] == ':';

	if (!equals || equals == pair + raw)
		usage("key=text or key:=json was expected");
	equals[-(int)raw] = '\0';
	if (!raw)
		json_string(line, pair, equals + 1);
	else if (json_valid(equals + 1, strlen(equals + 1)) && !strchr(equals + 1, '\n'))
		json_raw(line, pair, equals + 1);
	else
		usage("what follows := is not JSON on one line");
	*equals = '=';
}

static bool say_event(struct speaker *s, char **words)
{
	begin(s, words[0]);
	for (char **pair = words + 1; *pair; pair++)
		put_pair(&s->line, *pair);
	json_finish(&s->line);
	return speak(s);
}

static void stray(struct speaker *s, const char *text, size_t length)
{
	char *copy = strndup(text, length);

	begin(s, "stray");
	json_string(&s->line, "text", copy ? copy : "");
	json_finish(&s->line);
	free(copy);
}

/* The object with "machine" as its first member, unless it has one; anything else becomes an event "stray". */
static bool pass_on(struct speaker *s, const char *text, size_t length)
{
	struct json_span found;
	const char *inside;

	if (!length)
		return true;
	if (!json_valid_object(text, length)) {
		stray(s, text, length);
		return speak(s);
	}
	json_begin_bare(&s->line);
	if (!json_member(text, length, "machine", &found))
		json_string(&s->line, "machine", s->machine);
	inside = (const char *)memchr(text, '{', length) + 1;
	inside += strspn(inside, " \t");
	if (*inside != '}' && s->line.length > 1)
		json_append(&s->line, ",", 1);
	json_append(&s->line, inside, (size_t)(text + length - inside));
	json_append(&s->line, "\n", 1);
	return speak(s);
}

static bool pass_on_all(struct speaker *s, struct follow *follow)
{
	const char *line;
	size_t length;

	while ((line = follow_line(follow, &length)))
		if (!pass_on(s, line, length))
			return false;
	return true;
}

static bool forward(struct speaker *s, const char *path)
{
	struct sigaction action = { .sa_handler = terminate };
	sigset_t blocked, open;
	struct follow follow;
	bool good;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigdelset(&open, SIGTERM);
	sigdelset(&open, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (!follow_open(&follow, path)) {
		fprintf(stderr, "say: the folder of %s: %s\n", path, strerror(errno));
		return false;
	}
	while ((good = pass_on_all(s, &follow)) && !terminated)
		follow_wait(&follow, UINT64_MAX, &open);
	/* What was appended before the signal is still to be passed on. */
	good = good && pass_on_all(s, &follow);
	if (follow_rest(&follow))
		fprintf(stderr, "say: %s ends with %zu bytes of an unfinished line\n", path, follow_rest(&follow));
	follow_close(&follow);
	return good;
}

static bool pass_on_stdin(struct speaker *s)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;

	while (good && (length = getline(&line, &room, stdin)) > 0)
		good = pass_on(s, line, (size_t)length - (line[length - 1] == '\n'));
	free(line);
	return good;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "to", 1, 0, 't' }, { "machine", 1, 0, 'm' }, { "lock", 1, 0, 'l' },
		{ "forward", 1, 0, 'f' }, { "stdin", 0, 0, 'i' }, { 0 },
	};
	const char *to = SERIAL_DEVICE, *lock = SERIAL_LOCK, *path = NULL;
	struct speaker speaker = { 0 };
	bool input = false, good;
	int option;

	while ((option = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		switch (option) {
		case 't': to = optarg; break;
		case 'm': speaker.machine = optarg; break;
		case 'l': lock = optarg; break;
		case 'f': path = optarg; break;
		case 'i': input = true; break;
		default: usage("unknown option");
		}
	}
	if ((optind < argc) + (path != NULL) + input != 1)
		usage("an event, --forward or --stdin was expected");
	if (!speaker.machine)
		speaker.machine = machine_of_this_host();
	if (!serial_open(&speaker.serial, to, lock))
		return 69;
	good = path ? forward(&speaker, path) : input ? pass_on_stdin(&speaker) : say_event(&speaker, argv + optind);
	json_release(&speaker.line);
	return good ? 0 : 1;
}

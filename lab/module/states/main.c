// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "move.h"
#include "oracle.h"
#include "say.h"
#include "trial.h"

static const char usage[] =
	"usage: tcpmig-states [options]\n"
	"Brings TCP connections into every state, moves them between two machines (network namespaces) with /dev/tcpmig, and\n"
	"judges every segment at the peer, which this program plays. Prints a JSON object for each trial, and one at the end.\n"
	"Exit codes: 0 all held, 1 one did not, 2 could not start, 64 usage. Needs root, and the modules tun and tcpmig.\n"
	"\n"
	"  --list             the situations and what they mean\n"
	"  --case NAME        only this situation, or those that begin so when NAME ends with a dash; may be repeated\n"
	"  --family NAME      only ipv4, ipv6 or mapped (IPv4 on an AF_INET6 socket); may be repeated\n"
	"  --direction NAME   only a-b, b-a, back, held, aborted; may be repeated. Or stay, which moves nothing and shows that what\n"
	"                     is asked for is what this kernel does by itself\n"
	"  --change           move forth and back, and then again for each field of the state, changed on its way: what does not\n"
	"                     notice that has failed\n"
	"  --save DIR         keep the state that leaves first of each trial there\n"
	"  --verbose          print each segment, numbers relative to the SYNs, and the states that travel\n";

#define CHOSEN_MAX 64

struct choice {
	const char *names[CHOSEN_MAX];
	unsigned int count;
	unsigned int families, directions; /* bits; 0: all, of the directions all that move */
	bool corrupt, verbose;
	const char *save;
};

__attribute__((noreturn)) static void wrong(const char *what, const char *value)
{
	fprintf(stderr, "tcpmig-states: %s%s\n%s", what, value, usage);
	exit(64);
}

__attribute__((noreturn)) static void list(void)
{
	situation_for_each(s)
		say("situation", "\"name\":\"%s\",\"means\":\"%s\"", s->name, quoted(s->means));
	exit(0);
}

static int index_of(const char *name, const char *const *names, int count, const char *what)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return i;
	wrong(what, name);
}

static bool matches(const char *name, const char *pattern)
{
	size_t len = strlen(pattern);

	return !strcmp(name, pattern) || (len && pattern[len - 1] == '-' && !strncmp(name, pattern, len));
}

static void choose(struct choice *c, const char *pattern)
{
	if (c->count == CHOSEN_MAX)
		wrong("too many --case", "");
	situation_for_each(s)
		if (matches(s->name, pattern)) {
			c->names[c->count++] = pattern;
			return;
		}
	wrong("no such case: ", pattern);
}

static bool chosen(const struct choice *c, const char *name)
{
	for (unsigned int i = 0; i < c->count; i++)
		if (matches(name, c->names[i]))
			return true;
	return !c->count;
}

static struct choice parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "list", 0, 0, 'l' }, { "case", 1, 0, 'c' }, { "family", 1, 0, 'f' }, { "direction", 1, 0, 'd' },
		{ "change", 0, 0, 'x' }, { "verbose", 0, 0, 'v' }, { "save", 1, 0, 's' }, { "help", 0, 0, 'h' }, {}
	};
	struct choice c = {};

	for (int o; (o = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (o) {
		case 'l': list();
		case 'c': choose(&c, optarg); break;
		case 'f': c.families |= 1u << index_of(optarg, family_names, FAMILIES, "no such family: "); break;
		case 'd':
			c.directions |= 1u << index_of(optarg, direction_names, DIRECTIONS, "no such direction: ");
			break;
		case 'x': c.corrupt = true; break;
		case 'v': c.verbose = true; break;
		case 's': c.save = optarg; break;
		case 'h': fputs(usage, stdout); exit(0);
		default: wrong("unknown option", "");
		}
	}
	if (optind != argc)
		wrong("unexpected: ", argv[optind]);
	return c;
}

/* What is not moved has no direction. */
static bool applies(const struct situation *s, const struct choice *c, enum family f, enum direction d)
{
	if ((c->families && !(c->families & 1u << f)) || (s->families && !(s->families & 1u << f)))
		return false;
	if (c->corrupt)
		return d == BACK && !s->refused;
	if (s->refused)
		return d == (c->directions == 1u << STAY ? STAY : A_TO_B);
	return c->directions ? c->directions & 1u << d : d != STAY;
}

static bool report(const struct trial *t, bool ok)
{
	say("trial", "\"case\":\"%s\",\"family\":\"%s\",\"direction\":\"%s\",\"status\":\"%s\",\"reason\":\"%s\",\"segments\":%u,"
	    "\"compared\":%s,\"ms\":%.1f", t->situation->name, family_names[t->family],
	    t->situation->refused ? "refused" : direction_names[t->direction], ok ? "ok" : "failed",
	    ok ? "" : quoted(t->reason), t->seen.segments,
	    t->compared ? "true" : "false", (now_ns() - t->start_ns) / 1e6);
	return ok;
}

static void try(const struct trial *template, bool corrupt, struct tally *tally)
{
	struct dump kept[SOCKETS_MAX] = {};
	struct trial t = *template;
	bool ok;

	if (t.verbose)
		fprintf(stderr, "--- %s %s %s\n", t.situation->name, family_names[t.family], direction_names[t.direction]);
	t.keep = corrupt ? kept : NULL;
	ok = report(&t, trial_run(&t));
	tally->trials++;
	tally->failed += !ok;
	if (ok && corrupt)
		oracle_try(template, kept, tally);
	for (int i = 0; i < SOCKETS_MAX; i++)
		dump_free(&kept[i]);
}

int main(int argc, char **argv)
{
	struct choice c = parse(argc, argv);
	struct machine machines[MACHINES];
	struct tally tally = {};

	signal(SIGPIPE, SIG_IGN);
	machines_start(machines);
	situation_for_each(s)
		for (int f = 0; chosen(&c, s->name) && f < FAMILIES; f++)
			for (int d = 0; d < DIRECTIONS; d++) {
				struct trial t = { .situation = s, .family = f, .direction = d, .machines = machines,
						   .verbose = c.verbose, .save = c.save };

				if (applies(s, &c, f, d))
					try(&t, c.corrupt, &tally);
			}
	machines_stop(machines);
	if (c.corrupt)
		oracle_end(&tally);
	say("end", "\"trials\":%u,\"failed\":%u", tally.trials, tally.failed);
	return tally.failed || !tally.trials ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include "ipv4_endpoint.h"
#include "monotonic.h"
#include "pace.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_MB 1e6

static const char usage[] =
	"usage: workload [peer] --connect IP:PORT | --listen IP:PORT [options]\n"
	"  --role source|sink|duplex  what the node does, in the peer too (duplex)\n"
	"  --rate MB/S                what this side sends, over all connections; 0: no limit (0)\n"
	"  --seed N                   the same on both sides (1)\n"
	"  --connections N            (1)\n"
	"  --image-mb MB              memory to hold and verify (0)\n"
	"  --verify-every S           time of a pass over it (2)\n"
	"  --duration S               0: until the other side ends or SIGTERM (0)\n"
	"  --log FILE                 where events are appended (standard output)\n"
	"  --report-ms N              time between events (250)\n"
	"  --chunk BYTES              of one send or recv (65536)\n"
	"  --sndbuf BYTES, --rcvbuf BYTES, --cc NAME   the kernel's defaults unless given\n"
	"  --wait S                   for the connections to come about; 0: for ever (60)\n"
	"  --linger S                 an orderly end may take (30)\n";

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...)
{
	va_list arguments;

	fputs("workload: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n%s", usage);
	exit(EXIT_USAGE);
}

static double number(const char *name, const char *text, double low, double high)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !(value >= low && value <= high))
		fail("--%s %s: a number from %g to %g was expected", name, text, low, high);
	return value;
}

static uint64_t whole(const char *name, const char *text)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-')
		fail("--%s %s: a whole number was expected", name, text);
	return value;
}

static enum role role_parse(const char *text)
{
	for (enum role role = ROLE_SOURCE; role <= ROLE_DUPLEX; role++)
		if (!strcmp(text, role_name(role)))
			return role;
	fail("--role %s: source, sink or duplex was expected", text);
}

static uint64_t seconds(const char *name, const char *text)
{
	return (uint64_t)(number(name, text, 0, 1e6) * NS_PER_S);
}

static void endpoint(struct options *options, const char *name, const char *text)
{
	if (options->endpoint.sin_family)
		fail("--connect and --listen: one of them, once");
	if (!ipv4_endpoint_parse(text, &options->endpoint))
		fail("--%s %s: IP:PORT was expected", name, text);
	options->listen = !strcmp(name, "listen");
}

static const struct option names[] = {
	{ "connect", 1, 0, 'c' }, { "listen", 1, 0, 'l' }, { "role", 1, 0, 'R' }, { "rate", 1, 0, 'r' },
	{ "seed", 1, 0, 's' }, { "connections", 1, 0, 'n' }, { "image-mb", 1, 0, 'i' }, { "verify-every", 1, 0, 'v' },
	{ "duration", 1, 0, 'd' }, { "log", 1, 0, 'L' }, { "report-ms", 1, 0, 'p' }, { "chunk", 1, 0, 'k' },
	{ "sndbuf", 1, 0, 'S' }, { "rcvbuf", 1, 0, 'B' }, { "cc", 1, 0, 'C' }, { "wait", 1, 0, 'w' },
	{ "linger", 1, 0, 'e' }, { "help", 0, 0, 'h' }, { 0 },
};

static void set(struct options *o, int option, const char *name, const char *text)
{
	switch (option) {
	case 'c': case 'l': endpoint(o, name, text); break;
	case 'R': o->role = role_parse(text); break;
	case 'r': o->rate = (uint64_t)(number(name, text, 0, PACE_RATE_MAX / BYTES_PER_MB) * BYTES_PER_MB); break;
	case 's': o->seed = whole(name, text); break;
	case 'n': o->connections = (unsigned int)number(name, text, 1, 16000); break;
	case 'i': o->image_bytes = (uint64_t)(number(name, text, 0, 1e6) * BYTES_PER_MB); break;
	case 'v': o->verify_every_ns = seconds(name, text); break;
	case 'd': o->duration_ns = seconds(name, text); break;
	case 'L': o->log = text; break;
	case 'p': o->report_ns = (uint64_t)number(name, text, 1, 1e6) * NS_PER_MS; break;
	case 'k': o->chunk = (size_t)number(name, text, 16, 1 << 26); break;
	case 'S': o->sndbuf = (int)number(name, text, 0, 1 << 30); break;
	case 'B': o->rcvbuf = (int)number(name, text, 0, 1 << 30); break;
	case 'C': o->congestion = text; break;
	case 'w': o->connect_ns = seconds(name, text); break;
	case 'e': o->linger_ns = seconds(name, text); break;
	case 'h': fputs(usage, stdout); exit(0);
	default: fputs(usage, stderr); exit(EXIT_USAGE);
	}
}

struct options options_parse(int argc, char **argv)
{
	struct options options = {
		.role = ROLE_DUPLEX, .seed = 1, .report_ns = 250 * NS_PER_MS, .verify_every_ns = 2 * NS_PER_S,
		.connect_ns = 60 * NS_PER_S, .linger_ns = 30 * NS_PER_S, .chunk = 65536, .connections = 1,
	};
	int option, index;

	if (argc > 1 && !strcmp(argv[1], "peer")) {
		options.peer = true;
		argc--, argv++;
	}
	while ((option = getopt_long(argc, argv, "", names, &index)) != -1)
		set(&options, option, option == '?' ? NULL : names[index].name, optarg);
	if (optind < argc)
		fail("%s: unexpected", argv[optind]);
	if (!options.endpoint.sin_family)
		fail("--connect or --listen is missing");
	return options;
}

const char *role_name(enum role role)
{
	static const char *const names[] = { [ROLE_SOURCE] = "source", [ROLE_SINK] = "sink", [ROLE_DUPLEX] = "duplex" };

	return names[role];
}

bool sends(const struct options *options)
{
	return options->role & (options->peer ? ROLE_SINK : ROLE_SOURCE);
}

bool receives(const struct options *options)
{
	return options->role & (options->peer ? ROLE_SOURCE : ROLE_SINK);
}

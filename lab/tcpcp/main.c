// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "server.h"

static const char usage[] =
	"usage: tcpcp serve --listen ADDR:PORT --take ADDR:PORT [--control PATH] [--timeout MS] [--doubt S]\n"
	"       tcpcp peer --connect ADDR:PORT [--connections N] [--down BYTES] [--up BYTES] [--rate BYTES] [--seed N]\n"
	"                  [--port FIRST] [--endless]\n"
	"       tcpcp list [--control PATH]\n"
	"       tcpcp await BYTES [--control PATH]\n"
	"       tcpcp pass PEER TO [--control PATH]\n"
	"       tcpcp pass-all TO [--control PATH]\n"
	"       tcpcp settle PEER [TO] [--control PATH]\n"
	"       tcpcp keep|give-up PEER [--control PATH]\n"
	"A server of many connections passes single ones to a server on another machine, with /dev/tcpmig; the peer verifies\n"
	"every byte, and notices nothing. Prints JSON lines. Exit codes: 0 good, 1 not passed, or bytes were wrong, 2 in doubt,\n"
	"64 usage.\n"
	"\n"
	"  serve    runs until it is killed\n"
	"    --listen       where peers connect\n"
	"    --take         where other servers pass connections to; the private network\n"
	"    --control      socket for orders (/run/tcpcp)\n"
	"    --timeout      for each answer of another server (5000)\n"
	"    --doubt        in doubt, ask once a second so often, then wait for settle, keep or give-up (60)\n"
	"  peer     ends when all its connections have\n"
	"    --connections  at once (1)\n"
	"    --down, --up   bytes from and to the server, of each (1000000)\n"
	"    --endless      as many as there are, both ways, until SIGTERM\n"
	"    --rate         bytes a second, of each in each direction (0: what there is room for)\n"
	"    --port         local port of the first connection; the next one has the next (any)\n"
	"  await    until each connection that the server has was served so many bytes more; 1: one has ended\n"
	"  pass     PEER, the remote end of a connection, goes on at the server whose --take is TO\n"
	"  pass-all all connections go together, in one hand-over, or none does\n"
	"  settle   asks the other server what became of a pass that is in doubt\n"
	"  keep     decides without: it goes on here; give-up: it ends here, in silence\n";

struct arguments {
	struct settings settings;
	struct wishes wishes;
};

__attribute__((noreturn)) static void wrong(const char *what)
{
	fprintf(stderr, "tcpcp: %s\n%s", what, usage);
	exit(64);
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in a;

	if (!parse_address(text, &a))
		wrong("ADDR:PORT expected");
	return a;
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*end || *text < '0' || *text > '9')
		wrong("a number expected");
	return value;
}

static struct arguments parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "listen", 1, 0, 'l' }, { "take", 1, 0, 't' }, { "control", 1, 0, 'k' }, { "timeout", 1, 0, 'o' },
		{ "doubt", 1, 0, 'd' }, { "connect", 1, 0, 'c' }, { "connections", 1, 0, 'n' }, { "down", 1, 0, 'D' },
		{ "up", 1, 0, 'U' }, { "rate", 1, 0, 'r' }, { "seed", 1, 0, 's' }, { "port", 1, 0, 'p' },
		{ "endless", 0, 0, 'e' }, { "help", 0, 0, 'h' }, {}
	};
	struct arguments a = { .settings = { .control = "/run/tcpcp", .timeout_ms = 5000, .doubt_s = 60 },
			       .wishes = { .connections = 1, .down = 1000000, .up = 1000000 } };

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 'l': a.settings.listen = address(optarg); break;
		case 't': a.settings.take = address(optarg); break;
		case 'k': a.settings.control = optarg; break;
		case 'o': a.settings.timeout_ms = number(optarg); break;
		case 'd': a.settings.doubt_s = number(optarg); break;
		case 'c': a.wishes.server = address(optarg); break;
		case 'n': a.wishes.connections = number(optarg); break;
		case 'D': a.wishes.down = number(optarg); break;
		case 'U': a.wishes.up = number(optarg); break;
		case 'e': a.wishes.down = a.wishes.up = ENDLESS; break;
		case 'r': a.wishes.rate = number(optarg); break;
		case 'p': a.wishes.port = number(optarg); break;
		case 's': a.wishes.seed = number(optarg); break;
		case 'h': fputs(usage, stdout); exit(0);
		default: wrong("unknown option");
		}
	}
	return a;
}

static int order(const char *control, char **words, int count)
{
	char line[256];
	int n = 0;

	for (int i = 0; i < count; i++)
		n += snprintf(line + n, n < (int)sizeof(line) ? sizeof(line) - n : 0, "%s%s", i ? " " : "", words[i]);
	if (n >= (int)sizeof(line))
		wrong("an order is shorter");
	return give_order(control, line);
}

int main(int argc, char **argv)
{
	struct arguments a = parse(argc, argv);
	const char *verb = argv[optind] ?: "";
	int count = argc - optind;

	if (!strcmp(verb, "serve") && count == 1 && a.settings.listen.sin_port && a.settings.take.sin_port)
		return run_server(&a.settings);
	if (!strcmp(verb, "peer") && count == 1 && a.wishes.server.sin_port && a.wishes.connections)
		return run_peer(&a.wishes);
	if (!strcmp(verb, "await") && count == 2)
		return await_bytes(a.settings.control, number(argv[optind + 1]));
	if ((!strcmp(verb, "list") && count == 1) || (!strcmp(verb, "pass") && count == 3) ||
	    (!strcmp(verb, "pass-all") && count == 2) ||
	    (!strcmp(verb, "settle") && (count == 2 || count == 3)) ||
	    ((!strcmp(verb, "keep") || !strcmp(verb, "give-up")) && count == 2))
		return order(a.settings.control, argv + optind, count);
	wrong("a verb and what it needs expected");
}

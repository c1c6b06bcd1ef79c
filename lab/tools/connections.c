// SPDX-License-Identifier: GPL-2.0-only
#include "connections.h"
#include "ipv4_endpoint.h"
#include "monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static _Noreturn void usage(const char *complaint)
{
	fprintf(stderr, "connections: %s\n"
		"usage: connections --to IP:PORT [--count N] [--closed-port PORT] [--timeout S] [--log FILE]\n"
		"       connections serve --listen IP:PORT --name NAME [--log FILE]\n", complaint);
	exit(64);
}

static double number(const char *text, double low, double high)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= low && value <= high))
		usage("a number was expected, or one in range");
	return value;
}

static int open_log(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0) {
		fprintf(stderr, "connections: %s: %s\n", path, strerror(errno));
		exit(69);
	}
	return fd;
}

static void allow_many_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "to", 1, 0, 'e' }, { "listen", 1, 0, 'e' }, { "count", 1, 0, 'c' }, { "closed-port", 1, 0, 'p' },
		{ "timeout", 1, 0, 't' }, { "name", 1, 0, 'n' }, { "log", 1, 0, 'L' }, { 0 },
	};
	struct probe probe = { .count = 200, .timeout_ns = 10 * NS_PER_S, .out = STDOUT_FILENO };
	bool serve = argc > 1 && !strcmp(argv[1], "serve");
	const char *name = NULL;
	int option;

	argc -= serve, argv += serve;
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 'e':
			if (!ipv4_endpoint_parse(optarg, &probe.to))
				usage("IP:PORT was expected");
			break;
		case 'c': probe.count = (unsigned int)number(optarg, 1, 30000); break;
		case 'p': probe.closed_port = (uint16_t)number(optarg, 1, 65535); break;
		case 't': probe.timeout_ns = (uint64_t)(number(optarg, 0.001, 1e6) * NS_PER_S); break;
		case 'n': name = optarg; break;
		case 'L': probe.out = open_log(optarg); break;
		default: usage("unknown option");
		}
	}
	if (optind < argc || !probe.to.sin_family || serve != !!name)
		usage(serve ? "--listen and --name were expected" : "--to was expected");
	if (serve && (strlen(name) >= CONNECTIONS_NAME || strpbrk(name, "\n") || !*name))
		usage("--name: at most 63 characters, on one line");
	allow_many_descriptors();
	return serve ? connections_serve(&probe.to, name, probe.out) : connections_probe(&probe);
}

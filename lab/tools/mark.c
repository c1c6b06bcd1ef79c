// SPDX-License-Identifier: GPL-2.0-only
/*
 * mark --to IP[:PORT] --machine NAME [--count N] ID
 * Sends "miglab-mark NAME ID T_NS" to the discard port; T_NS is CLOCK_MONOTONIC just before sending. The earliest of
 * several copies, as the capture saw them, maps this machine's clock onto the capture's.
 */
#include "ipv4_endpoint.h"
#include "monotonic.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DISCARD_PORT "9"

static _Noreturn void usage(void)
{
	fputs("usage: mark --to IP[:PORT] --machine NAME [--count N] ID\n", stderr);
	exit(64);
}

static bool one_word(const char *text)
{
	return text && *text && strlen(text) < 200 && !strpbrk(text, " \t\n");
}

static bool endpoint_or_address(const char *text, struct sockaddr_in *to)
{
	char with_port[64];

	if (strchr(text, ':'))
		return ipv4_endpoint_parse(text, to);
	return snprintf(with_port, sizeof(with_port), "%s:" DISCARD_PORT, text) < (int)sizeof(with_port) &&
	       ipv4_endpoint_parse(with_port, to);
}

static bool send_mark(int fd, const struct sockaddr_in *to, const char *machine, const char *id)
{
	char text[512];
	int length = snprintf(text, sizeof(text), "miglab-mark %s %s %" PRIu64, machine, id, monotonic_ns());

	return sendto(fd, text, (size_t)length, 0, (const struct sockaddr *)to, sizeof(*to)) == length;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "to", 1, 0, 't' }, { "machine", 1, 0, 'm' }, { "count", 1, 0, 'n' }, { 0 },
	};
	const struct timespec apart = { .tv_nsec = NS_PER_MS };
	const char *machine = NULL;
	struct sockaddr_in to = { 0 };
	int count = 3, fd, option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 't' && endpoint_or_address(optarg, &to))
			continue;
		else if (option == 'm')
			machine = optarg;
		else if (option == 'n' && atoi(optarg) > 0)
			count = atoi(optarg);
		else
			usage();
	}
	if (optind + 1 != argc || !to.sin_family || !one_word(machine) || !one_word(argv[optind]))
		usage();
	/* Not connected: an unconnected socket does not hear that nobody listens there. */
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	for (int i = 0; i < count; i++) {
		if (i)
			nanosleep(&apart, NULL);
		if (!send_mark(fd, &to, machine, argv[optind])) {
			fprintf(stderr, "mark: %s\n", strerror(errno));
			return 1;
		}
	}
	return 0;
}

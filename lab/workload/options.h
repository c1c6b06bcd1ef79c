/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "stream.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_WRONG 1
#define EXIT_NOTHING 2
#define EXIT_LOST 3
#define EXIT_USAGE 64
#define EXIT_HOST 69

/* Named from the node's point of view, in the peer too. */
enum role { ROLE_SOURCE = 1, ROLE_SINK = 2, ROLE_DUPLEX = 3 };

struct options {
	bool peer;
	bool listen;
	struct sockaddr_in endpoint;
	enum role role;
	uint64_t image_bytes;
	uint64_t rate;            /* bytes a second this side sends, over all connections; 0: no limit */
	uint64_t seed;
	const char *log;          /* null: standard output */
	uint64_t duration_ns;     /* 0: until the other side ends or SIGTERM */
	uint64_t report_ns;
	uint64_t verify_every_ns;
	uint64_t connect_ns;      /* how long to try to connect, or to wait for connections (0: for ever) */
	uint64_t linger_ns;       /* how long an orderly end may take */
	int sndbuf, rcvbuf;       /* bytes; 0: the kernel's default */
	size_t chunk;             /* bytes given to one send(), room given to one recv() */
	const char *congestion;   /* null: the kernel's default */
	unsigned int connections;
};

/* Ends the program with EXIT_USAGE when the command line is faulty. */
struct options options_parse(int argc, char **argv);

const char *role_name(enum role role);
bool sends(const struct options *options);
bool receives(const struct options *options);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* An ordinary client, which knows nothing of connections that change their server. */
#ifndef TCPCP_PEER_H
#define TCPCP_PEER_H

#include <netinet/in.h>
#include <stdint.h>

struct wishes {
	struct sockaddr_in server;
	unsigned int connections;
	uint64_t down, up, rate;
	uint32_t seed;
	uint16_t port;               /* of the first connection, the next one has the next; 0: any */
};

/* The program's exit code. */
int run_peer(const struct wishes *wishes);

#endif

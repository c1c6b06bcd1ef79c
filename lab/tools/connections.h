/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many connections at once, to see who accepts them. The listener sends its name and a newline, then echoes each byte
 * and closes when the other side has ended.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <netinet/in.h>
#include <stdint.h>

#define CONNECTIONS_NAME 64

struct probe {
	struct sockaddr_in to;
	unsigned int count;
	uint16_t closed_port;        /* 0: none is tried */
	uint64_t timeout_ns;         /* of each step */
	int out;                     /* the event goes there */
};

/* Both return an exit code. */
int connections_probe(const struct probe *probe);
int connections_serve(const struct sockaddr_in *endpoint, const char *name, int out);

#endif

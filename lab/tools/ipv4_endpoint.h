/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IPV4_ENDPOINT_H
#define IPV4_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>

/* "10.77.0.1:5000" to a socket address; false when it is anything else. */
bool ipv4_endpoint_parse(const char *text, struct sockaddr_in *endpoint);

#endif

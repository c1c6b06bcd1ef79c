// SPDX-License-Identifier: GPL-2.0-only
#include "ipv4_endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool ipv4_endpoint_parse(const char *text, struct sockaddr_in *endpoint)
{
	const char *colon = strchr(text, ':');
	char address[INET_ADDRSTRLEN];
	unsigned long port;
	char *end;

	if (!colon || (size_t)(colon - text) >= sizeof(address))
		return false;
	memcpy(address, text, colon - text);
	address[colon - text] = '\0';
	errno = 0;
	port = strtoul(colon + 1, &end, 10);
	if (errno || end == colon + 1 || *end || port > 65535)
		return false;
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->sin_family = AF_INET;
	endpoint->sin_port = htons(port);
	return inet_pton(AF_INET, address, &endpoint->sin_addr) == 1;
}

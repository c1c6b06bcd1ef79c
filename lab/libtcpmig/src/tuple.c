// SPDX-License-Identifier: GPL-2.0-only
/* Both ends of a connection: from sockets, to text and back. IPv4 addresses are IPv4-mapped. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "libtcpmig.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
/* The remote end of a listening socket. */
static const uint8_t nobody[16];

const char *tcpmig_end_text(const uint8_t address[16], __be16 port, char text[TCPMIG_END_TEXT])
{
	char host[INET6_ADDRSTRLEN];
	bool is_ipv4 = !memcmp(address, mapped, sizeof(mapped));

	if (!port && !memcmp(address, nobody, sizeof(nobody))) {
		strcpy(text, "*");
		return text;
	}
	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, is_ipv4 ? address + 12 : address, host, sizeof(host));
	snprintf(text, TCPMIG_END_TEXT, is_ipv4 ? "%s:%u" : "[%s]:%u", host, ntohs(port));
	return text;
}

static int parse_port(const char *text, __be16 *port)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value > 65535)
		return -EINVAL;
	*port = htons(value);
	return 0;
}

int tcpmig_end_parse(const char *text, uint8_t address[16], __be16 *port)
{
	const char *colon = strrchr(text, ':'), *from = text;
	char host[INET6_ADDRSTRLEN];
	size_t length;

	memset(address, 0, sizeof(nobody));
	*port = 0;
	if (!strcmp(text, "*"))
		return 0;
	if (!colon)
		return -EINVAL;
	length = colon - text;
	if (*text == '[' && length > 2 && colon[-1] == ']') {
		from++;
		length -= 2;
	}
	if (length >= sizeof(host))
		return -EINVAL;
	memcpy(host, from, length);
	host[length] = 0;
	if (from == text)
		memcpy(address, mapped, sizeof(mapped));
	if (from == text ? inet_pton(AF_INET, host, address + 12) != 1 : inet_pton(AF_INET6, host, address) != 1)
		return -EINVAL;
	return parse_port(colon + 1, port);
}

static int fill(const struct sockaddr_storage *from, uint8_t address[16], __be16 *port)
{
	const struct sockaddr_in *four = (const void *)from;
	const struct sockaddr_in6 *six = (const void *)from;

	if (from->ss_family == AF_INET) {
		memcpy(address, mapped, sizeof(mapped));
		memcpy(address + 12, &four->sin_addr, 4);
		*port = four->sin_port;
		return 0;
	}
	if (from->ss_family != AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(address, &six->sin6_addr, 16);
	*port = six->sin6_port;
	return 0;
}

int tcpmig_socket_tuple(int fd, struct tcpmig_tuple *tuple)
{
	struct sockaddr_storage near = {}, far = {};
	socklen_t near_size = sizeof(near), far_size = sizeof(far);

	if (getsockname(fd, (struct sockaddr *)&near, &near_size) || getpeername(fd, (struct sockaddr *)&far, &far_size))
		return -errno;
	return fill(&near, tuple->laddr, &tuple->lport) ?: fill(&far, tuple->raddr, &tuple->rport);
}

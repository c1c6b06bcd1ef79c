// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>
#include "../wire/stream.h"
#include "address.h"

#define STREAM_BUFFER (4 << 20)

struct sockaddr_in address_parse(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(CR_DEFAULT_PORT) };
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
	char *host = strdup(text), *colon = strchr(host, ':'), *end;

	if (colon) {
		long port = strtol(colon + 1, &end, 10);

		*colon = 0;
		if (*end || end == colon + 1 || port < 1 || port > 65535)
			errx(EX_USAGE, "%s: the port must be a number from 1 to 65535", text);
		address.sin_port = htons(port);
	}
	if (getaddrinfo(host, NULL, &hints, &found))
		errx(EX_USAGE, "%s: not an IPv4 address or a known host", host);
	address.sin_addr = ((struct sockaddr_in *)found->ai_addr)->sin_addr;
	freeaddrinfo(found);
	free(host);
	return address;
}

/* FORCE goes beyond the system's limit (root); without it the limit applies. */
static void large_buffers(int fd)
{
	int size = STREAM_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

void stream_deadline(int fd, int timeout_s)
{
	struct timeval limit = { .tv_sec = timeout_s };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

int address_connect(const struct sockaddr_in *address, int timeout_s)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	large_buffers(fd);
	stream_deadline(fd, timeout_s);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address))) {
		int error = errno == EINPROGRESS ? ETIMEDOUT : errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int address_listen(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	large_buffers(fd);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) || listen(fd, 16))
		err(EX_UNAVAILABLE, "listen on %s:%d", inet_ntoa(address->sin_addr), ntohs(address->sin_port));
	return fd;
}

void beside_program(char *to, size_t size, const char *relative)
{
	char program[PATH_MAX], *slash;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length < 0)
		err(EX_OSERR, "/proc/self/exe");
	program[length] = 0;
	slash = strrchr(program, '/');
	*slash = 0;
	snprintf(to, size, "%s/%s", program, relative);
}

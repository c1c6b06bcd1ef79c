// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "server.h"

bool parse_address(const char *text, struct sockaddr_in *address)
{
	uint8_t whole[16];

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	if (*text == '[' || tcpmig_end_parse(text, whole, &address->sin_port) || !address->sin_port)
		return false;
	memcpy(&address->sin_addr, whole + 12, 4);
	return true;
}

bool control_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return false;
	strcpy(address->sun_path, path);
	return true;
}

int listen_on(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, (const struct sockaddr *)address, sizeof(*address)) && !listen(fd, 1024))
		return fd;
	close(fd);
	return -1;
}

int connect_to(const struct sockaddr_in *address, unsigned int timeout_ms)
{
	struct timeval limit = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* Also of connect(2): socket(7). */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		return fd;
	close(fd);
	return -1;
}

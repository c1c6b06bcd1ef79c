// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "race.h"

static int listen_anywhere(struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*a);

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(fd, (struct sockaddr *)a, size) || listen(fd, 1) || getsockname(fd, (struct sockaddr *)a, &size)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void put(atomic_int *where, int fd)
{
	int old = atomic_exchange(where, fd);

	if (old < 0)
		return;
	close(old);
	did(closed);
}

void slot_renew(struct slot *s)
{
	struct sockaddr_in a;
	int listener = listen_anywhere(&a), near, far;

	if (listener < 0)
		return;
	near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(near, (struct sockaddr *)&a, sizeof(a))) {
		close(near);
		close(listener);
		return;
	}
	far = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	close(listener);
	fcntl(near, F_SETFL, O_NONBLOCK);
	put(&s->near, near);
	put(&s->far, far);
	did(opened);
}

static void mapped(uint8_t *to, const struct sockaddr_in *a)
{
	memset(to, 0, 16);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, &a->sin_addr, 4);
}

bool tuple_of(int fd, struct tcpmig_tuple *tuple)
{
	struct sockaddr_in here, there;
	socklen_t size = sizeof(here);

	if (getsockname(fd, (struct sockaddr *)&here, &size) || getpeername(fd, (struct sockaddr *)&there, &size))
		return false;
	mapped(tuple->laddr, &here);
	mapped(tuple->raddr, &there);
	tuple->lport = here.sin_port;
	tuple->rport = there.sin_port;
	return true;
}

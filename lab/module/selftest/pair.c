// SPDX-License-Identifier: GPL-2.0-only
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "selftest.h"
#include "session.h"

#define SEGMENT 1000

int pair_listen(struct sockaddr_in *a)
{
	int fd, segment = SEGMENT;
	socklen_t len = sizeof(*a);

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Small segments: more of them than the window of a changed connection lets out. */
	setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment));
	if (fd < 0 || bind(fd, (struct sockaddr *)a, sizeof(*a)) || listen(fd, 8) ||
	    getsockname(fd, (struct sockaddr *)a, &len))
		die("loopback listener");
	return fd;
}

struct pair pair_open(int listener, const struct sockaddr_in *a)
{
	struct linger reset = { .l_onoff = 1 };
	struct pair p;

	p.near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p.near < 0 || connect(p.near, (const struct sockaddr *)a, sizeof(*a)))
		die("loopback connection");
	p.far = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (p.far < 0 || fcntl(p.near, F_SETFL, O_NONBLOCK))
		die("loopback connection");
	setsockopt(p.far, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(p.near, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return p;
}

struct state pair_take_from(struct pair *p, int session)
{
	struct state s = {};
	uint32_t size;

	if (ioctl(session, TCPMIG_IOC_FREEZE) || !(s.bytes = state_get(session, &size)) ||
	    ioctl(session, TCPMIG_IOC_COMMIT))
		die("loopback move");
	s.size = size;
	close(session);
	close(p->near);
	p->near = -1;
	return s;
}

struct state pair_take(struct pair *p)
{
	struct tcpmig_attach a = { .fd = p->near };
	int session = session_open();

	if (ioctl(session, TCPMIG_IOC_ATTACH, &a))
		die("loopback move");
	return pair_take_from(p, session);
}

int pair_give(struct pair *p, const struct state *s)
{
	struct tcpmig_buffer b = { .addr = (uintptr_t)s->bytes, .size = s->size, .fd = -1 };
	struct tcpmig_capture c = { .tuple = state_tuple(s) };
	int session = session_open(), err;

	if (ioctl(session, TCPMIG_IOC_CAPTURE, &c))
		die(refusal_name(c.refusal));
	err = ioctl(session, TCPMIG_IOC_SET, &b) ? errno : 0;
	if (!err && ioctl(session, TCPMIG_IOC_ACTIVATE))
		die("ACTIVATE");
	if (!err)
		p->near = b.fd;
	close(session);
	return err;
}

size_t pair_send(int fd, uint64_t offset, size_t len)
{
	uint8_t piece[PAIR_PIECE];
	ssize_t n;

	for (size_t i = 0; i < len; i++)
		piece[i] = (offset + i) * 31 + ((offset + i) >> 8);
	n = send(fd, piece, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n > 0 ? n : 0;
}

void pair_close(struct pair *p)
{
	close(p->near);
	close(p->far);
}


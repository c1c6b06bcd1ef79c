// SPDX-License-Identifier: GPL-2.0-only
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "machine.h"
#include "tcpmig.h"

/* What goes in and out of a call; grows as needed. */
struct buffer {
	uint8_t *bytes;
	size_t room, size;
};

static struct buffer in, out;

static void reserve(struct buffer *b, size_t size)
{
	if (size <= b->room)
		return;
	b->bytes = realloc(b->bytes, size);
	b->room = size;
	if (!b->bytes)
		_exit(70);
}

/* What is sent without a copy has to stay as it is: nobody waits for the completion, so it is never freed. */
static int do_send(const struct request *r)
{
	const void *bytes = in.bytes;

	if (r->a & MSG_ZEROCOPY)
		bytes = memcpy(malloc(in.size), in.bytes, in.size);
	return send(r->fd, bytes, in.size, r->a | MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int do_recv(const struct request *r)
{
	ssize_t n;

	reserve(&out, r->b);
	n = recv(r->fd, out.bytes, r->b, r->a);
	out.size = n > 0 ? n : 0;
	return n;
}

static int do_attach_filter(const struct request *r)
{
	struct sock_fprog program = { .len = in.size / sizeof(struct sock_filter), .filter = (void *)in.bytes };

	return setsockopt(r->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int do_getsockopt(const struct request *r)
{
	socklen_t len = r->c;
	int err;

	reserve(&out, len);
	memset(out.bytes, 0, len);
	err = getsockopt(r->fd, r->a, r->b, out.bytes, &len);
	out.size = err ? 0 : len;
	return err;
}

static int do_getname(const struct request *r)
{
	socklen_t len = sizeof(struct sockaddr_in6);
	int err;

	reserve(&out, len);
	err = (r->a ? getpeername : getsockname)(r->fd, (struct sockaddr *)out.bytes, &len);
	out.size = err ? 0 : len;
	return err;
}

static int do_ioctl(const struct request *r)
{
	reserve(&out, in.size);
	memcpy(out.bytes, in.bytes, in.size);
	out.size = in.size;
	return ioctl(r->fd, (unsigned int)r->a, out.bytes);
}

static int do_get_state(const struct request *r)
{
	struct tcpmig_buffer b = { .size = 1 << 16 };
	int err;

	do {
		reserve(&out, b.size);
		b.addr = (uintptr_t)out.bytes;
		err = ioctl(r->fd, TCPMIG_IOC_GET, &b);
	} while (err && errno == EMSGSIZE);
	out.size = err ? 0 : b.size;
	return err;
}

static int do_set_state(const struct request *r)
{
	struct tcpmig_buffer b = { .addr = (uintptr_t)in.bytes, .size = in.size, .fd = -1 };
	int err = ioctl(r->fd, TCPMIG_IOC_SET, &b), set_errno = errno;

	/* As all sockets here are: nothing of this process may wait. */
	if (!err && b.fd >= 0)
		fcntl(b.fd, F_SETFL, O_NONBLOCK);

	reserve(&out, sizeof(b));
	memcpy(out.bytes, &b, sizeof(b));
	out.size = sizeof(b);
	errno = set_errno;
	return err;
}

static int do_read_file(void)
{
	int fd = open((char *)in.bytes, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	do {
		reserve(&out, out.size + 4096);
		n = read(fd, out.bytes + out.size, 4096);
		out.size += n > 0 ? n : 0;
	} while (n > 0);
	close(fd);
	return n;
}

static int do_write_file(const struct request *r)
{
	int fd = open((char *)in.bytes, O_WRONLY | O_CLOEXEC);
	ssize_t n, size = in.size - r->a;

	if (fd < 0)
		return -1;
	n = write(fd, in.bytes + r->a, size);
	close(fd);
	return n == size ? 0 : -1;
}

static int do_mark(const struct request *r)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(MARK_PORT) };
	static int fd = -1;

	to.sin_addr = peer_address4;
	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sendto(fd, &r->a, sizeof(r->a), 0, (struct sockaddr *)&to, sizeof(to));
}

static int carry_out(const struct request *r)
{
	const struct sockaddr *address = (const struct sockaddr *)in.bytes;

	switch ((enum op)r->op) {
	case OP_SOCKET: return socket(r->a, r->b | SOCK_CLOEXEC | SOCK_NONBLOCK, r->c);
	case OP_BIND: return bind(r->fd, address, in.size);
	case OP_CONNECT: return connect(r->fd, address, in.size);
	case OP_LISTEN: return listen(r->fd, r->a);
	case OP_ACCEPT: return accept4(r->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	case OP_SEND: return do_send(r);
	case OP_RECV: return do_recv(r);
	case OP_SHUTDOWN: return shutdown(r->fd, r->a);
	case OP_CLOSE: return close(r->fd);
	case OP_SETSOCKOPT: return setsockopt(r->fd, r->a, r->b, in.bytes, in.size);
	case OP_ATTACH_FILTER: return do_attach_filter(r);
	case OP_GETSOCKOPT: return do_getsockopt(r);
	case OP_GETNAME: return do_getname(r);
	case OP_IOCTL: return do_ioctl(r);
	case OP_OPEN: return open((char *)in.bytes, r->a | O_CLOEXEC);
	case OP_GET_STATE: return do_get_state(r);
	case OP_SET_STATE: return do_set_state(r);
	case OP_READ_FILE: return do_read_file();
	case OP_WRITE_FILE: return do_write_file(r);
	case OP_MARK: return do_mark(r);
	case OP_COUNT: break;
	}
	errno = EOPNOTSUPP;
	return -1;
}

void agent_run(int control)
{
	struct request r;

	while (receive_all(control, &r, sizeof(r))) {
		struct answer a = {};

		reserve(&in, r.size);
		in.size = r.size;
		out.size = 0;
		if (!receive_all(control, in.bytes, r.size))
			break;
		a.result = carry_out(&r);
		if (a.result < 0)
			a.result = -errno;
		a.size = out.size;
		if (!send_all(control, &a, sizeof(a)) || !send_all(control, out.bytes, out.size))
			break;
	}
	_exit(0);
}

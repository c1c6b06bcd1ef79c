// SPDX-License-Identifier: GPL-2.0-only
/* A stream socket of the caller's, on which a state travels without a way through user space. */
#include <linux/file.h>
#include <linux/net.h>
#include <net/sock.h>

#include "module.h"

static struct socket *stream_get(int fd, int *err)
{
	struct socket *sock = sockfd_lookup(fd, err);

	if (!sock || sock->type == SOCK_STREAM)
		return sock;
	fput(sock->file);
	*err = -EPROTOTYPE;
	return NULL;
}

/* What is done in part may not be done again from the start, as a call that is restarted would. */
static int all_or_error(int n, size_t size)
{
	if (n == -ERESTARTSYS || n == -ERESTARTNOINTR)
		return -EINTR;
	return n < 0 ? n : n == size ? 0 : -EPIPE;
}

static int write_piece(struct socket *sock, struct kvec *piece)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };

	return kernel_sendmsg(sock, &msg, piece, 1, piece->iov_len);
}

static int read_piece(struct socket *sock, struct kvec *piece)
{
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, piece, 1, piece->iov_len, MSG_WAITALL);
}

static int all_pieces(int fd, void *data, size_t size, int (*transfer)(struct socket *sock, struct kvec *piece))
{
	struct socket *sock;
	size_t done = 0;
	int n = 0;

	sock = stream_get(fd, &n);
	if (!sock)
		return n;
	while (done < size) {
		struct kvec piece = { .iov_base = data + done, .iov_len = size - done };

		n = transfer(sock, &piece);
		if (n <= 0)
			break;
		done += n;
	}
	fput(sock->file);
	return all_or_error(n < 0 ? n : done, size);
}

/* As long as its SO_SNDTIMEO says; -EAGAIN then. */
int tcpmig_stream_write(int fd, void *data, size_t size)
{
	return all_pieces(fd, data, size, write_piece);
}

/* As long as its SO_RCVTIMEO says; -EPIPE when it ends before `size` bytes. */
int tcpmig_stream_read(int fd, void *data, size_t size)
{
	return all_pieces(fd, data, size, read_piece);
}

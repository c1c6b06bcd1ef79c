// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/un.h>
#include "process.h"
#include "sockets.h"
#include "text.h"
#include "word.h"

static uint64_t half_of_id(int from)
{
	uint64_t half = 0;

	for (int i = 0; i < 8; i++)
		half = half << 8 | process.order.id[from + i];
	return half;
}

static int listen_at(int fd, enum cr_role role)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *end = text_put(address.sun_path + 1, CR_WORD_NAME);
	long error;

	end = text_put(end, role == CR_ORIGIN ? "o-" : "d-");
	end = text_put_hex16(text_put_hex16(end, half_of_id(0)), half_of_id(8));
	error = SYS(bind, fd, &address, end - (char *)&address);
	return error ? (int)error : (int)SYS(listen, fd, 4);
}

int word_listen(enum cr_role role)
{
	int fd = SYS(socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), listener, error;

	if (fd < 0)
		return fd;
	listener = SYS(fcntl, fd, F_DUPFD_CLOEXEC, process.descriptor_top + 1);
	SYS(close, fd);
	if (listener < 0)
		return listener;
	error = listen_at(listener, role);
	if (!error)
		return listener;
	SYS(close, listener);
	return error;
}

int word_or_stream(int listener, int stream)
{
	struct pollfd both[2] = { { .fd = stream, .events = POLLIN }, { .fd = listener, .events = POLLIN } };

	while (SYS(poll, both, 2, -1) <= 0)
		;
	return both[0].revents != 0;
}

static int receive(int fd, struct word *word)
{
	struct cr_word said;
	union { struct kernel_cmsghdr head; char space[24]; } control = { 0 };
	struct iovec vector = { &said, sizeof(said) };
	struct kernel_msghdr message = { .iov = &vector, .count = 1, .control = &control, .control_size = sizeof(control) };

	if (SYS(recvmsg, fd, &message, MSG_CMSG_CLOEXEC) != sizeof(said))
		return -EPROTO;
	word->stream = -1;
	if (control.head.size && control.head.type == SCM_RIGHTS)
		memcpy(&word->stream, control.space + sizeof(struct kernel_cmsghdr), sizeof(int));
	word->type = said.type;
	word->fate = said.fate;
	word->answer = fd;
	return (word->type == CR_WORD_STREAM) == (word->stream >= 0) ? 0 : -EPROTO;
}

int word_receive(int listener, struct word *word)
{
	struct { int pid; unsigned int uid, gid; } peer = { .uid = ~0u };
	int fd = SYS(accept4, listener, 0, 0, SOCK_CLOEXEC), size = sizeof(peer), error = -EACCES;

	if (fd < 0)
		return fd;
	if (!SYS(getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
	    (!peer.uid || peer.uid == (unsigned int)SYS(geteuid)))
		error = receive(fd, word);
	if (error)
		SYS(close, fd);
	return error;
}

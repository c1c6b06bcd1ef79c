// SPDX-License-Identifier: GPL-2.0-only
/* The order from cr_checkpoint and the answer to it, over an abstract Unix socket that its signal names. */
#include <linux/un.h>
#include "process.h"
#include "control.h"
#include "sockets.h"
#include "text.h"

struct peer {
	int pid;
	unsigned int uid, gid;
};

static int connect_control(uint64_t nonce)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *end = text_put_hex16(text_put(address.sun_path + 1, CR_CONTROL_NAME), nonce);
	int fd = SYS(socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), size = sizeof(struct peer);
	struct peer peer = { .uid = ~0u };

	if (fd < 0)
		return fd;
	/* anyone may bind an abstract name; only root and the process's own user may checkpoint it */
	if (SYS(connect, fd, &address, end - (char *)&address) ||
	    SYS(getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) ||
	    (peer.uid && peer.uid != (unsigned int)SYS(geteuid))) {
		SYS(close, fd);
		return -EACCES;
	}
	return fd;
}

int receive_order(uint64_t nonce)
{
	union { struct kernel_cmsghdr head; char space[24]; } control = { 0 };
	struct iovec vector = { &process.order, sizeof(process.order) };
	struct kernel_msghdr message = { .iov = &vector, .count = 1, .control = &control, .control_size = sizeof(control) };
	int fd = connect_control(nonce), rights[2];

	if (fd < 0)
		return fd;
	if (SYS(recvmsg, fd, &message, MSG_CMSG_CLOEXEC) != sizeof(process.order) || control.head.type != SCM_RIGHTS ||
	    control.head.size != sizeof(control.head) + sizeof(rights)) {
		SYS(close, fd);
		return -EPROTO;
	}
	memcpy(rights, control.space + sizeof(struct kernel_cmsghdr), sizeof(rights));
	process.control = fd;
	process.stream.fd = rights[0];
	process.ledger = rights[1];
	process.stream.bytes = process.order.begun_bytes;
	return 0;
}

/* First the report, then each connection: a message a piece, so that no buffer limits their number. */
void send_report(int to)
{
	struct cr_report *report = &process.report;

	report->threads = process.thread_count;
	report->connections = process.statuses ? process.connection_count : 0;
	report->bytes = process.stream.bytes;
	SYS(sendto, to, report, sizeof(*report), MSG_NOSIGNAL, 0, 0);
	for (uint32_t i = 0; i < report->connections; i++) {
		struct cr_connection_report one = {
			.fd = process.connections[i].fd,
			.tuple = process.connections[i].tuple,
			.origin = process.statuses[i],
			.destination = process.arrived_statuses[i],
		};
		SYS(sendto, to, &one, sizeof(one), MSG_NOSIGNAL, 0, 0);
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the C library's socket headers declare, for code that cannot include them. */
#ifndef CR_SOCKETS_H
#define CR_SOCKETS_H

#include <linux/uio.h>
#include <stddef.h>

#define MSG_NOSIGNAL 0x4000
#define MSG_DONTWAIT 0x40
#define SHUT_WR 1
#define MSG_CMSG_CLOEXEC 0x40000000
#define SCM_RIGHTS 1
#define AF_UNIX 1
#define SOCK_SEQPACKET 5
#define SOCK_CLOEXEC 02000000
#define SOL_SOCKET 1
#define SO_PEERCRED 17
#define SO_LINGER 13

struct kernel_msghdr {
	void *name;
	int name_size;
	struct iovec *iov;
	size_t count;
	void *control;
	size_t control_size;
	unsigned int flags;
};

struct kernel_cmsghdr {
	size_t size;
	int level;
	int type;
};

#endif

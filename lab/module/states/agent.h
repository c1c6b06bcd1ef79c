/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of a machine: a process in a network namespace of its own that carries out system calls one at a time.
 * A request and its answer are messages without pointers on a stream socket: a header, then `size` bytes.
 */
#ifndef TCPMIG_STATES_AGENT_H
#define TCPMIG_STATES_AGENT_H

#include <stdint.h>

enum op {
	OP_SOCKET,      /* a family, b type, c protocol */
	OP_BIND,        /* in: sockaddr */
	OP_CONNECT,     /* in: sockaddr */
	OP_LISTEN,      /* a backlog */
	OP_ACCEPT,
	OP_SEND,        /* a flags; in: bytes */
	OP_RECV,        /* a flags, b at most so many; out: bytes */
	OP_SHUTDOWN,    /* a how */
	OP_CLOSE,
	OP_SETSOCKOPT,  /* a level, b name; in: value */
	OP_ATTACH_FILTER, /* in: struct sock_filter[] */
	OP_GETSOCKOPT,  /* a level, b name, c room; out: value */
	OP_GETNAME,     /* a 0 own, 1 peer's; out: sockaddr */
	OP_IOCTL,       /* a command; in and out: its argument */
	OP_OPEN,        /* a flags; in: path */
	OP_GET_STATE,   /* TCPMIG_IOC_GET; out: state */
	OP_SET_STATE,   /* TCPMIG_IOC_SET; in: state; out: struct tcpmig_buffer */
	OP_READ_FILE,   /* in: path; out: contents */
	OP_WRITE_FILE,  /* a bytes of the path; in: path, contents */
	OP_MARK,        /* a sends a datagram with this number to MARK_PORT of the peer's address */
	OP_COUNT
};

#define MARK_PORT 9     /* discard */

struct request {
	uint32_t op;
	int32_t fd, a, b, c;
	uint32_t size;
};

struct answer {
	int32_t result; /* of the call, or -errno */
	uint32_t size;
};

/* Serves requests until the other end is closed. */
__attribute__((noreturn)) void agent_run(int control);

#endif

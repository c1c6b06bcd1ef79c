/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine of the cluster: a network namespace with the cluster's addresses on a TUN device, and an agent in it. What
 * its kernel sends comes out of `tun`, what is written there it receives, before the write returns.
 */
#ifndef TCPMIG_STATES_MACHINE_H
#define TCPMIG_STATES_MACHINE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent.h"

struct machine {
	const char *name;
	pid_t pid;
	int control, tun;
	/* Of the last call; until the next one. */
	uint8_t *out;
	size_t out_size, out_room;
};

/* The same on both machines; and of the peer. IPv4 also as IPv4-mapped. */
extern const struct in_addr node_address4, peer_address4;
extern const struct in6_addr node_address6, peer_address6;

#define MACHINES 2

/* All MACHINES of them. Ends the program when one cannot be made. */
void machines_start(struct machine *machines);
void machines_stop(struct machine *machines);

/* One system call in the machine: its result, or -errno. -ENOLINK when the agent does not answer. */
int machine_call(struct machine *m, const struct request *r, const void *in);

/* tun.c: in the namespace of the caller; the descriptor, or -1. */
int tun_open(void);

#endif

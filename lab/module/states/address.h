/* SPDX-License-Identifier: GPL-2.0-only */
/* The addresses of both ends of a trial's connection. */
#ifndef TCPMIG_STATES_ADDRESS_H
#define TCPMIG_STATES_ADDRESS_H

#include <sys/socket.h>

#include "trial.h"

struct address {
	struct sockaddr_storage of;
	socklen_t size;
};

/* With its port, in the form of the program's sockets. */
struct address address_of(struct trial *t, bool node);
/* The same port at every address of the node. */
struct address address_any(struct trial *t);
/* IPv4 as IPv4-mapped, whatever the socket. */
struct in6_addr address_on_wire(const struct trial *t, bool node);

#endif

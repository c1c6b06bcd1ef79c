/* SPDX-License-Identifier: GPL-2.0-only */
/* How the connections come about: all of them, before any byte is sent. */
#ifndef RENDEZVOUS_H
#define RENDEZVOUS_H

#include "options.h"

#include <stdatomic.h>

/* Called with SIGTERM and SIGINT blocked, which are let in only while it waits. Fills FDS with options->connections
 * connected, blocking sockets; false when *STOP was set, the time ran out (says so on stderr) or a call failed. */
bool rendezvous(const struct options *options, const atomic_bool *stop, int *fds);

#endif

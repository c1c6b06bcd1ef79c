/* SPDX-License-Identifier: GPL-2.0-only */
/* How the connections come about: all of them, before any byte is sent. */
#ifndef RENDEZVOUS_H
#define RENDEZVOUS_H

#include "options.h"

#include <stdatomic.h>

/* Listens where the options say so. The listener, -1 when the options say connect, or RENDEZVOUS_FAILED (with a message
 * on stderr). */
#define RENDEZVOUS_FAILED (-2)
int rendezvous_listen(const struct options *options);

/* Called with SIGTERM and SIGINT blocked, which are let in only while it waits. Fills FDS with options->connections
 * connected, blocking sockets and closes the listener; false when *STOP was set, the time ran out or a call failed
 * (with a message on stderr). */
bool rendezvous(const struct options *options, int listener, const atomic_bool *stop, int *fds);

#endif

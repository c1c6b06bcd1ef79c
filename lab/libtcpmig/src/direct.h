/* SPDX-License-Identifier: GPL-2.0-only */
/* States that do not pass through this process. */
#ifndef LIBTCPMIG_DIRECT_H
#define LIBTCPMIG_DIRECT_H

#include "libtcpmig.h"

/* Of stream sockets. */
bool direct_possible(int stream);
/* Bytes of the frozen connection's state. */
int direct_size(struct tcpmig_session *session, uint32_t *size);
/* Those bytes. -ETIMEDOUT when nothing moves for timeout_ms, -EPIPE when the other end is gone. */
int direct_send(struct tcpmig_session *session, int stream, int timeout_ms);
/* SET of the next `size` bytes; likewise. */
int direct_receive(struct tcpmig_session *session, int stream, uint32_t size, int timeout_ms, int *fd);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIBTCPMIG_OWNER_H
#define LIBTCPMIG_OWNER_H

#include <stdint.h>
#include <sys/types.h>

/* Until each() returns something else than 0, which is then the result. -ESRCH, -EACCES. */
int each_socket_of(pid_t pid, int (*each)(pid_t pid, int fd, uint32_t inode, void *context), void *context);

#endif

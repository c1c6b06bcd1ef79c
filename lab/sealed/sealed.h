/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEALED_H
#define SEALED_H

/* Says what could not be done, and why (errno). */
_Noreturn void fail(const char *what);

/* namespaces.c: the process's own user, mount, process, network, IPC and host name namespaces. Its first child is the
 * first process there. */
void leave_host(void);

/* root.c */
struct places {
	const char *root, *input, *headers;
	unsigned int disk_mb;
};

/* There is nothing else any more afterwards, and the working directory is /build. */
void enter_root(const struct places *places);

/* privileges.c */
struct limits {
	unsigned int memory_mb, disk_mb, seconds;
};

void give_up_privileges(void);
void limit(const struct limits *limits);

/* The user that a sealed process is. */
#define NOBODY 65534

#endif

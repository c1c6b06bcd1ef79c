/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that is held still: no thread of it runs. */
#ifndef TCPMIG_STATE_PROGRAM_H
#define TCPMIG_STATE_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/* Threads that are stopped; when this process dies, they go on. */
struct held {
	struct held_thread *threads;
	size_t count, room;
};

/* Stops all threads of a process, as a debugger would (ptrace(2)): nobody is told. Negative errno; those that are held
 * already stay so. */
int program_hold(struct held *held, pid_t pid);
/* Lets them all go on. */
void program_release(struct held *held);

#endif

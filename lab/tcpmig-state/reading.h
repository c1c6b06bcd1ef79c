/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a state comes from. Each ends the program with a sentence when it fails. */
#ifndef TCPMIG_STATE_READING_H
#define TCPMIG_STATE_READING_H

#include <libtcpmig.h>

/* Exit codes. */
enum { GOOD = 0, DIFFERENT = 1, FAILED = 2, USAGE = 64 };

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* A file that a hand-over or --save wrote, or bare attributes. */
struct tcpmig_state read_file(const char *path);
void save_file(const char *path, const struct tcpmig_state *state);
/* A living connection: frozen, read, and given back. */
struct tcpmig_state read_descriptor(pid_t pid, int fd);
struct tcpmig_state read_tuple(const struct tcpmig_tuple *tuple);

#endif

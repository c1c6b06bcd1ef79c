/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_FROM_FILE_H
#define CR_FROM_FILE_H

/* Continues the process in PATH and ends as it ends; prints one JSON line when it runs, or why it does not. */
void restart_from_file(const char *path) __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program prints: a JSON object a line. */
#ifndef TCPCP_SAY_H
#define TCPCP_SAY_H

#include <stdint.h>

uint64_t now_ns(void);
/* One line, in one write, to standard output; `format` is of what follows "t_ns". From any thread. */
__attribute__((format(printf, 2, 3))) void say(const char *event, const char *format, ...);
/* The same to a descriptor. */
__attribute__((format(printf, 3, 4))) void say_to(int fd, const char *event, const char *format, ...);
/* Ends the program, with errno. */
__attribute__((noreturn)) void die(const char *what);

#endif

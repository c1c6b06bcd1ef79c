/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program prints: one JSON object a line on standard output; what it traces goes to standard error. */
#ifndef TCPMIG_STATES_SAY_H
#define TCPMIG_STATES_SAY_H

#include <stdint.h>

uint64_t now_ns(void);
/* `format` is of what follows "event". */
__attribute__((format(printf, 2, 3))) void say(const char *event, const char *format, ...);
/* Text as it may stand between the quotes of JSON; until the next call. */
const char *quoted(const char *text);
__attribute__((noreturn)) void die(const char *what);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the kernel's text files: a cursor that only moves forward. */
#ifndef CR_TEXT_H
#define CR_TEXT_H

#include "syscalls.h"

uint64_t text_hex(const char **at);
int64_t text_decimal(const char **at);
void text_skip_spaces(const char **at);
void text_skip_word(const char **at);    /* and the spaces after it */
int text_next_line(const char **at);     /* 0 at the end */
/* After the first line that begins with the key; NULL: there is none. */
const char *text_find(const char *text, const char *key);
char *text_put(char *to, const char *text);
char *text_put_decimal(char *to, int64_t value);
char *text_put_hex16(char *to, uint64_t value);

#endif

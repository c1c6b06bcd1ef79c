/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIBTCPMIG_TEST_CHECK_H
#define LIBTCPMIG_TEST_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* A line "ok" or "not ok" each. */
void check(bool good, const char *what);
void check_number(int64_t got, int64_t expected, const char *what);
void check_text(const char *got, const char *expected, const char *what);

void test_ends(void);
void test_records(void);
void test_attributes(void);
void test_words(void);
void test_list(void);
void test_questions(void);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "check.h"

static unsigned int failed;

void check(bool good, const char *what)
{
	printf("%s %s\n", good ? "ok" : "not ok", what);
	failed += !good;
}

void check_number(int64_t got, int64_t expected, const char *what)
{
	check(got == expected, what);
	if (got != expected)
		printf("# %lld, expected %lld\n", (long long)got, (long long)expected);
}

void check_text(const char *got, const char *expected, const char *what)
{
	check(!strcmp(got, expected), what);
	if (strcmp(got, expected))
		printf("# \"%s\", expected \"%s\"\n", got, expected);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_ends();
	test_records();
	test_attributes();
	test_words();
	test_questions();
	test_list();
	return failed ? 1 : 0;
}

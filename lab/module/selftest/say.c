// SPDX-License-Identifier: GPL-2.0-only
/* What the programs of this folder print. */
#include "selftest.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void say(const char *event, const char *format, ...)
{
	char line[1024];
	va_list ap;
	int n = snprintf(line, sizeof(line), "{\"event\":\"%s\",\"t_ns\":%llu,", event, (unsigned long long)now_ns());

	va_start(ap, format);
	n += vsnprintf(line + n, sizeof(line) - n, format, ap);
	va_end(ap);
	n += snprintf(line + n, sizeof(line) - n, "}\n");
	if (write(STDOUT_FILENO, line, n) != n)
		_exit(70);
}

void die(const char *what)
{
	say("error", "\"what\":\"%s\",\"errno\":\"%s\"", what, strerror(errno));
	_exit(1);
}

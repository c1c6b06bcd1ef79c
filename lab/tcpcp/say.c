// SPDX-License-Identifier: GPL-2.0-only
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE 2048

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Nothing that is printed holds a quote or a backslash: addresses, numbers, names and the library's sentences. */
static void write_line(int fd, const char *event, const char *format, va_list values)
{
	char line[LINE];
	int n = snprintf(line, sizeof(line), "{\"event\":\"%s\",\"t_ns\":%llu,", event, (unsigned long long)now_ns());

	n += vsnprintf(line + n, sizeof(line) - n, format, values);
	if (n > LINE - 3)
		n = LINE - 3;
	memcpy(line + n, "}\n", 2);
	/* Who does not listen any more has no use for it. */
	if (write(fd, line, n + 2) != n + 2 && fd == STDOUT_FILENO)
		_exit(70);
}

void say_to(int fd, const char *event, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(fd, event, format, values);
	va_end(values);
}

void say(const char *event, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(STDOUT_FILENO, event, format, values);
	va_end(values);
}

void die(const char *what)
{
	say("error", "\"what\":\"%s\",\"errno\":\"%s\"", what, strerrorname_np(errno));
	exit(1);
}

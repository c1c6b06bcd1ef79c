// SPDX-License-Identifier: GPL-2.0-only
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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
	char line[4096];
	va_list ap;
	int n = snprintf(line, sizeof(line), "{\"event\":\"%s\",", event);

	va_start(ap, format);
	n += vsnprintf(line + n, sizeof(line) - n, format, ap);
	va_end(ap);
	n += snprintf(line + n, sizeof(line) - n, "}\n");
	if (write(STDOUT_FILENO, line, n) != n)
		_exit(70);
}

const char *quoted(const char *text)
{
	static char line[2048];
	char *to = line;

	for (; *text && to < line + sizeof(line) - 3; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = (unsigned char)*text < ' ' ? ' ' : *text;
	}
	*to = 0;
	return line;
}

void die(const char *what)
{
	fprintf(stderr, "tcpmig-states: %s: %s\n", what, strerror(errno));
	_exit(2);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/time.h>
#include "process.h"
#include "text.h"

uint64_t now_ns(void)
{
	struct __kernel_timespec now;

	SYS(clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

static char *put_bounded(char *to, const char *limit, const char *text)
{
	while (*text && to < limit)
		*to++ = *text++;
	*to = 0;
	return to;
}

int refuse(const char *name, const char *detail)
{
	char *at = process.report.reason, *limit = at + CR_REASON_MAX - 1;

	if (*at)
		return -1;
	at = put_bounded(at, limit, name);
	at = put_bounded(at, limit, ": ");
	put_bounded(at, limit, detail);
	return -1;
}

int refuse_error(const char *name, const char *detail, long error)
{
	char text[CR_REASON_MAX], *at = put_bounded(text, text + CR_REASON_MAX - 40, detail);

	at = text_put(at, error == -ETIMEDOUT ? ", time-out " : " ");
	text_put_decimal(at, -error);
	return refuse(name, text);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "situations.h"

static const struct situation *const lists[] = {
	opening, listens, established, holes, closing, orphans, ended, urgent, kept, refused
};

const struct situation *situation_next(const struct situation *s)
{
	const size_t count = sizeof(lists) / sizeof(lists[0]);

	if (!s)
		return lists[0];
	if (s[1].name)
		return s + 1;
	for (size_t i = 0; i + 1 < count; i++)
		for (const struct situation *each = lists[i]; each->name; each++)
			if (each == s)
				return lists[i + 1];
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Two states compared: the first, second, ... attribute of each type with its counterpart. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "printing.h"
#include "reading.h"

#define TEXT 160

/* The n-th of a type; false when there are not so many. */
static bool nth(const struct tcpmig_state *state, uint16_t type, unsigned int n, struct tcpmig_field *field)
{
	uint32_t at = 0;
	int more;

	while ((more = tcpmig_state_next(state, &at, field)) == 1)
		if (field->type == type && !n--)
			return true;
	if (more < 0)
		fail("a state is cut off or damaged at byte %u", at);
	return false;
}

static void describe(const struct tcpmig_field *field, bool there, char text[TEXT])
{
	snprintf(text, TEXT, "absent");
	if (there)
		tcpmig_field_text(field, text, TEXT);
}

static void print_step(const struct tcpmig_field *a, const struct tcpmig_field *b)
{
	int64_t step = tcpmig_field_number(b) - tcpmig_field_number(a);

	if (a->kind > TCPMIG_KIND_SIGNED || a->kind != b->kind)
		return;
	/* Sequence numbers wrap. */
	printf("  (%+" PRId64 ")", !strcmp(a->unit, "seq") ? (int64_t)(int32_t)step : step);
}

static bool same(const struct tcpmig_field *a, const struct tcpmig_field *b)
{
	return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

/* All of one type; whether they are the same. */
static bool compare(const struct tcpmig_state *a, const struct tcpmig_state *b, uint16_t type)
{
	bool equal = true;

	for (unsigned int n = 0;; n++) {
		struct tcpmig_field was, is;
		bool before = nth(a, type, n, &was), after = nth(b, type, n, &is);
		char old[TEXT], new[TEXT];

		if (!before && !after)
			return equal;
		if (before && after && same(&was, &is))
			continue;
		equal = false;
		describe(&was, before, old);
		describe(&is, after, new);
		printf("%-20s %s -> %s", before ? was.name : is.name, old, !strcmp(old, new) ? "others" : new);
		if (before && after)
			print_step(&was, &is);
		putchar('\n');
	}
}

bool print_difference(const struct tcpmig_state *a, const struct tcpmig_state *b)
{
	bool equal = true;

	for (uint16_t type = 0; type <= TCPMIG_A_MAX; type++)
		equal &= compare(a, b, type);
	return equal;
}

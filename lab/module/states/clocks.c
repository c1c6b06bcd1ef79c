// SPDX-License-Identifier: GPL-2.0-only
#include "clocks.h"

#include <string.h>

#include "dump.h"
#include "tcpmig.h"

static const struct clock_word age_us = { CLOCK_AGE, 1 }, age_ms = { CLOCK_AGE, 1000 }, age_s = { CLOCK_AGE, 1000000 },
	left_us = { CLOCK_LEFT, 1 }, left_ms = { CLOCK_LEFT, 1000 }, stamp_ms = { CLOCK_STAMP, 1000 };

/* Times within records. */
static const struct {
	unsigned int type;
	size_t size, offset;
	const struct clock_word *clock;
} within[] = {
#define WITHIN(attr, record, member, clock) { TCPMIG_A_##attr, sizeof(struct record), offsetof(struct record, member), clock }
	WITHIN(RTX_BUFFER, tcpmig_sent, age_us, &age_us),
	WITHIN(RTX_BUFFER, tcpmig_sent, first_tx_age_us, &age_us),
	WITHIN(RTX_BUFFER, tcpmig_sent, delivered_age_us, &age_us),
	WITHIN(HANDSHAKE, tcpmig_handshake, tsval, &stamp_ms),
	WITHIN(HANDSHAKE, tcpmig_handshake, age_us, &age_us),
	WITHIN(HANDSHAKE, tcpmig_handshake, left_ms, &left_ms),
};

static const struct {
	const char *end;
	const struct clock_word *clock;
} by_name[] = {
	{ "_AGE_US", &age_us }, { "_AGE_MS", &age_ms }, { "_AGE_S", &age_s }, { "_LEFT_US", &left_us },
	{ "_LEFT_MS", &left_ms },
};

const struct clock_word *clock_at(unsigned int type, size_t offset)
{
	const char *name = dump_name(type);

	for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++)
		if (within[i].type == type && within[i].offset == offset % within[i].size)
			return within[i].clock;
	if (type == TCPMIG_A_TSVAL)
		return &stamp_ms;
	for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
		size_t len = strlen(name), end = strlen(by_name[i].end);

		if (len > end && !strcmp(name + len - end, by_name[i].end))
			return by_name[i].clock;
	}
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "corruption.h"

#include <stdio.h>
#include <string.h>

#include "clocks.h"
#include "tcpmig.h"

#define WORD sizeof(uint32_t)
#define CLOCK_STEP_S 100

/* By more than a move itself changes. */
static const struct {
	unsigned int type;
	int32_t by;
} steps[] = {
	{ TCPMIG_A_RCV_WUP, -20000 },
	{ TCPMIG_A_RCV_WND, -20000 },
	{ TCPMIG_A_SEGS_OUT, 1000 },
	{ TCPMIG_A_ACK_QUICK, 100 },
};

/* The first of this type: the others of a queue are read by the same code. */
static uint8_t *find(const struct dump *d, unsigned int type, size_t *size)
{
	struct nlattr head;
	uint8_t *data;

	for (size_t at = 0; dump_next(d, &at, &head, &data);)
		if (dump_type(&head) == type) {
			*size = head.nla_len - NLA_HDRLEN;
			return data;
		}
	return NULL;
}

/* What there is of each attribute: payload is all alike, and a nest begins with the header of its first attribute. */
static size_t words_end(unsigned int type, size_t size)
{
	size_t most = type == TCPMIG_A_OFO ? 6 : dump_is_payload(type) ? 1 : CORRUPTION_WORDS;

	return size < most * WORD ? size : most * WORD;
}

static bool is_first(const struct dump *d, unsigned int type, const uint8_t *data)
{
	size_t size;

	return find(d, type, &size) == data;
}

bool corruption_next(struct corruption *c, const struct dump *d)
{
	bool behind = !c->type;
	struct nlattr head;
	uint8_t *data;

	for (size_t at = 0; dump_next(d, &at, &head, &data);) {
		unsigned int type = dump_type(&head);
		size_t end = words_end(type, head.nla_len - NLA_HDRLEN), next = 0;

		if (!type || !end || !is_first(d, type, data))
			continue;
		if (type == c->type) {
			behind = true;
			next = c->offset + WORD;
		}
		if (!behind || next >= end)
			continue;
		c->type = type;
		c->offset = next;
		return true;
	}
	return false;
}

static uint32_t other_time(const struct clock_word *clock, uint32_t value)
{
	uint32_t step = CLOCK_STEP_S * 1000000ull / clock->unit_us;

	return value == CLOCK_NEVER ? step : value + step;
}

static uint32_t other_value(const struct corruption *c, uint32_t value)
{
	const struct clock_word *clock = clock_at(c->type, c->offset);

	if (clock)
		return other_time(clock, value);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].type == c->type)
			return value + steps[i].by;
	return value ^ 1;
}

void corrupt(struct dump *d, const struct corruption *c)
{
	uint32_t value = 0;
	uint8_t *data;
	size_t size;

	data = find(d, c->type, &size);
	if (!data || c->offset >= size)
		return;
	size -= c->offset;
	if (size > WORD)
		size = WORD;
	memcpy(&value, data + c->offset, size);
	value = other_value(c, value);
	memcpy(data + c->offset, &value, size);
}

const char *corruption_name(const struct corruption *c)
{
	static char name[64];

	if (c->offset)
		snprintf(name, sizeof(name), "%s+%zu", dump_name(c->type), c->offset);
	else
		snprintf(name, sizeof(name), "%s", dump_name(c->type));
	return name;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Oracle one: two states of one connection, which moved in between and was not used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clocks.h"
#include "dump.h"
#include "tcpmig.h"

/* Kernels count in ticks of up to 10 ms, and round up or down; some once on either machine. */
#define SLACK_MS 40

/* All attributes of a type, one behind the other: the queues come in pieces. */
struct field {
	uint8_t *bytes;
	size_t size;
	unsigned int pieces;
};

struct comparison {
	struct field was[TCPMIG_A_MAX + 1], is[TCPMIG_A_MAX + 1];
	uint64_t passed_ms;
};

/* What may differ between the two, and by how much: the second less the first. */
static const struct {
	uint16_t type;
	int32_t least, most;
	const char *why;
} may_differ[] = {
	{ TCPMIG_A_RCV_WUP, 0, INT32_MAX, "ACTIVATE announces the window" },
	{ TCPMIG_A_SEGS_OUT, 0, 2, "and with that sends a segment" },
	{ TCPMIG_A_ACK_QUICK, -2, 0, "which counts as one of the quick acknowledgements" },
};

static void gather(const struct dump *d, struct field *fields)
{
	struct nlattr head;
	uint8_t *data;

	for (size_t at = 0; dump_next(d, &at, &head, &data);) {
		struct field *f = &fields[dump_type(&head)];
		size_t size = head.nla_len - NLA_HDRLEN;

		f->bytes = realloc(f->bytes, f->size + size + 1);
		memcpy(f->bytes + f->size, data, size);
		f->size += size;
		f->pieces++;
	}
}

static void scatter(struct field *fields)
{
	for (unsigned int type = 0; type <= TCPMIG_A_MAX; type++)
		free(fields[type].bytes);
}

static uint32_t word(const uint8_t *at, size_t size)
{
	uint32_t value = 0;

	memcpy(&value, at, size < sizeof(value) ? size : sizeof(value));
	return value;
}

static uint32_t value_of(const struct field *fields, unsigned int type)
{
	return fields[type].size ? word(fields[type].bytes, fields[type].size) : 0;
}

static bool between(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static bool clocks_agree(const struct clock_word *c, uint32_t was, uint32_t is, uint64_t passed_ms)
{
	int64_t slack = SLACK_MS * 1000 / c->unit_us + 1, passed = passed_ms * 1000 / c->unit_us;

	/* What stands still means "never", before and after. */
	if (was == CLOCK_NEVER || is == CLOCK_NEVER)
		return was == is;
	switch (c->kind) {
	case CLOCK_AGE:
		return between((int64_t)is - was, -slack, passed + slack);
	case CLOCK_LEFT:
		return between((int64_t)was - is, -slack, passed + slack);
	default:
		return between((int32_t)(is - was), 0, passed + slack);
	}
}

/* What ACTIVATE announces is a multiple of the scale; its right edge never goes back, and the window grows no further than
 * to what the kernel would offer at most (__tcp_select_window: rcv_ssthresh).
 */
static bool windows_agree(const struct comparison *c)
{
	uint32_t unit = 1u << value_of(c->was, TCPMIG_A_RCV_WSCALE), most = value_of(c->was, TCPMIG_A_RCV_SSTHRESH);
	uint32_t window_was = value_of(c->was, TCPMIG_A_RCV_WND), window_is = value_of(c->is, TCPMIG_A_RCV_WND);
	uint32_t was = value_of(c->was, TCPMIG_A_RCV_WUP) + window_was;
	uint32_t is = value_of(c->is, TCPMIG_A_RCV_WUP) + window_is;

	return (int32_t)(is - was) >= 0 && window_is < (window_was > most ? window_was : most) + unit;
}

/* The right edge of the largest window, which may be the one that ACTIVATE announces. */
static bool edges_agree(const struct comparison *c)
{
	uint32_t was = value_of(c->was, TCPMIG_A_RCV_MWND_SEQ), is = value_of(c->is, TCPMIG_A_RCV_MWND_SEQ);
	uint32_t edge = value_of(c->is, TCPMIG_A_RCV_WUP) + value_of(c->is, TCPMIG_A_RCV_WND);

	return is == was || ((int32_t)(is - was) > 0 && is == edge);
}

static bool words_agree(const struct comparison *c, unsigned int type, size_t offset, size_t size)
{
	uint32_t was = word(c->was[type].bytes + offset, size), is = word(c->is[type].bytes + offset, size);
	const struct clock_word *clock = clock_at(type, offset);

	if (clock)
		return clocks_agree(clock, was, is, c->passed_ms);
	if (type == TCPMIG_A_RCV_WND)
		return windows_agree(c);
	if (type == TCPMIG_A_RCV_MWND_SEQ)
		return edges_agree(c);
	for (size_t i = 0; i < sizeof(may_differ) / sizeof(may_differ[0]); i++)
		if (may_differ[i].type == type)
			return between((int32_t)(is - was), may_differ[i].least, may_differ[i].most);
	return was == is;
}

static bool fields_agree(const struct comparison *c, unsigned int type, char *why, size_t room)
{
	const struct field *a = &c->was[type], *b = &c->is[type];
	char was[64] = "absent", is[64] = "absent";
	bool agree = a->size == b->size && !a->pieces == !b->pieces;

	for (size_t at = 0; agree && at < a->size; at += sizeof(uint32_t))
		agree = words_agree(c, type, at, a->size - at);
	if (agree)
		return true;
	if (a->pieces)
		dump_value(was, sizeof(was), type, a->bytes, a->size);
	if (b->pieces)
		dump_value(is, sizeof(is), type, b->bytes, b->size);
	snprintf(why, room, "%s was %s, is %s", dump_name(type), was, is);
	return false;
}

bool dumps_agree(const struct dump *first, const struct dump *second, char *why, size_t room)
{
	struct comparison c = { .passed_ms = (second->to_ns - first->from_ns) / 1000000 + 1 };
	size_t used = 0;
	bool agree = true;

	gather(first, c.was);
	gather(second, c.is);
	*why = 0;
	for (unsigned int type = 0; type <= TCPMIG_A_MAX; type++) {
		char one[160];

		if (fields_agree(&c, type, one, sizeof(one)))
			continue;
		used += snprintf(why + used, used < room ? room - used : 0, "%s%s", agree ? "" : "; ", one);
		agree = false;
	}
	scatter(c.was);
	scatter(c.is);
	return agree;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "dump.h"

#include <ctype.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpmig.h"

static const char *const names[] = {
#define ATTRIBUTE(name) [TCPMIG_A_##name] = #name,
#include "attribute-names.h"
#undef ATTRIBUTE
};

/* What may differ between two dumps of a connection that moved in between and was not used. */
static const struct {
	uint16_t type;
	const char *why;
} may_differ[] = {
	{ TCPMIG_A_TSVAL, "the clock goes on" },
	{ TCPMIG_A_RCV_WUP, "ACTIVATE announces the window" },
	{ TCPMIG_A_RCV_WND, "as a multiple of its scale" },
	{ TCPMIG_A_RCV_MWND_SEQ, "what ACTIVATE announces may be the largest so far" },
	{ TCPMIG_A_SEGS_OUT, "and with that sends a segment" },
	{ TCPMIG_A_ACK_PENDING, "which acknowledges what was owed" },
	{ TCPMIG_A_ACK_QUICK, "and counts as one of the quick ones" },
};

/* All attributes of a type, one behind the other: the queues come in pieces. */
struct field {
	uint8_t *bytes;
	size_t size;
	unsigned int pieces;
};

static const char *name_of(unsigned int type)
{
	return type <= TCPMIG_A_MAX && names[type] ? names[type] : "?";
}

/* Those that are not known go together, as 0. */
static unsigned int type_of(const struct nlattr *head)
{
	unsigned int type = head->nla_type & NLA_TYPE_MASK & ~TCPMIG_A_OPTIONAL;

	return type <= TCPMIG_A_MAX ? type : 0;
}

static bool is_queue(unsigned int type)
{
	return type >= TCPMIG_A_RCV_DATA && type <= TCPMIG_A_OFO;
}

void dump_take(struct dump *d, const void *bytes, size_t size)
{
	dump_free(d);
	d->bytes = malloc(size);
	memcpy(d->bytes, bytes, size);
	d->size = size;
}

void dump_free(struct dump *d)
{
	free(d->bytes);
	*d = (struct dump){};
}

bool dump_save(const struct dump *d, const char *folder, const char *name)
{
	char path[4096];
	bool written;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	if (!f)
		return false;
	written = fwrite(d->bytes, 1, d->size, f) == d->size;
	return !fclose(f) && written;
}

static bool next(const struct dump *d, size_t *at, struct nlattr *head, const uint8_t **data)
{
	if (*at + NLA_HDRLEN > d->size)
		return false;
	memcpy(head, d->bytes + *at, sizeof(*head));
	if (head->nla_len < NLA_HDRLEN || *at + head->nla_len > d->size)
		return false;
	*data = d->bytes + *at + NLA_HDRLEN;
	*at += NLA_ALIGN(head->nla_len);
	return true;
}

static void print_value(char *to, size_t room, unsigned int type, const uint8_t *data, size_t size)
{
	uint64_t number = 0;
	size_t n = 0;

	if (type == TCPMIG_A_CA_NAME)
		snprintf(to, room, "%.*s", (int)size, data);
	else if (is_queue(type))
		snprintf(to, room, "%zu bytes", size);
	else if (size <= sizeof(number)) {
		memcpy(&number, data, size);
		snprintf(to, room, "%llu", (unsigned long long)number);
	} else
		for (size_t i = 0; i < size && n + 3 < room; i++)
			n += snprintf(to + n, room - n, "%02x", data[i]);
}

void dump_print(const struct dump *d)
{
	const uint8_t *data;
	struct nlattr head;
	char text[64];

	for (size_t at = 0; next(d, &at, &head, &data);) {
		unsigned int type = type_of(&head);

		print_value(text, sizeof(text), type, data, head.nla_len - NLA_HDRLEN);
		fprintf(stderr, "    %s %s\n", name_of(type), text);
	}
}

static void forget_ages(struct tcpmig_sent *sent)
{
	sent->age_us = sent->first_tx_age_us = sent->delivered_age_us = 0;
}

static void forget_times(struct tcpmig_handshake *h)
{
	h->age_us = h->left_ms = h->tsval = 0;
}

static void gather(const struct dump *d, struct field *fields)
{
	const uint8_t *data;
	struct nlattr head;

	for (size_t at = 0; next(d, &at, &head, &data);) {
		struct field *f = &fields[type_of(&head)];
		size_t size = head.nla_len - NLA_HDRLEN;

		f->bytes = realloc(f->bytes, f->size + size + 1);
		memcpy(f->bytes + f->size, data, size);
		if (type_of(&head) == TCPMIG_A_RTX_BUFFER && size == sizeof(struct tcpmig_sent))
			forget_ages((struct tcpmig_sent *)(f->bytes + f->size));
		if (type_of(&head) == TCPMIG_A_HANDSHAKE && size == sizeof(struct tcpmig_handshake))
			forget_times((struct tcpmig_handshake *)(f->bytes + f->size));
		f->size += size;
		f->pieces++;
	}
}

/* Points in time travel as the time since, and time-outs as the time until. */
static bool is_clock(const char *name)
{
	return strstr(name, "_AGE_") || strstr(name, "_LEFT_");
}

static bool excused(unsigned int type)
{
	for (size_t i = 0; i < sizeof(may_differ) / sizeof(may_differ[0]); i++)
		if (may_differ[i].type == type)
			return true;
	return is_clock(name_of(type));
}

static bool fields_agree(unsigned int type, const struct field *a, const struct field *b, char *why, size_t room)
{
	char was[64] = "absent", is[64] = "absent";

	if (a->size == b->size && !a->pieces == !b->pieces && (!a->size || !memcmp(a->bytes, b->bytes, a->size)))
		return true;
	/* That a clock stands still is no matter of its value: it is "never" before and after. */
	if (excused(type) && a->pieces && b->pieces && a->size == b->size)
		return true;
	if (a->pieces)
		print_value(was, sizeof(was), type, a->bytes, a->size);
	if (b->pieces)
		print_value(is, sizeof(is), type, b->bytes, b->size);
	snprintf(why, room, "%s was %s, is %s", name_of(type), was, is);
	return false;
}

bool dumps_agree(const struct dump *first, const struct dump *second, char *why, size_t room)
{
	struct field a[TCPMIG_A_MAX + 1] = {}, b[TCPMIG_A_MAX + 1] = {};
	size_t used = 0;
	bool agree = true;

	gather(first, a);
	gather(second, b);
	*why = 0;
	for (unsigned int type = 0; type <= TCPMIG_A_MAX; type++) {
		char one[160];

		if (fields_agree(type, &a[type], &b[type], one, sizeof(one)))
			continue;
		used += snprintf(why + used, used < room ? room - used : 0, "%s%s", agree ? "" : "; ", one);
		agree = false;
	}
	for (unsigned int type = 0; type <= TCPMIG_A_MAX; type++) {
		free(a[type].bytes);
		free(b[type].bytes);
	}
	return agree;
}

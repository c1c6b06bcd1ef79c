// SPDX-License-Identifier: GPL-2.0-only
/* Values of attributes for people. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "libtcpmig.h"

static int sentinel_text(const struct tcpmig_field *field, char *text, size_t room)
{
	const char *unit = field->unit;
	bool is_time = !strcmp(unit, "us") || !strcmp(unit, "ms") || !strcmp(unit, "s");

	if (!is_time || field->size != 4 || tcpmig_field_number(field) != UINT32_MAX)
		return 0;
	return snprintf(text, room, "none");
}

static int number_text(const struct tcpmig_field *field, char *text, size_t room)
{
	int64_t value = tcpmig_field_number(field);
	const char *unit = field->unit;

	if (field->type == TCPMIG_A_TCP_STATE)
		return snprintf(text, room, "%s", tcpmig_tcp_state_name(value));
	if (!strcmp(unit, "us") && value >= 10000)
		return snprintf(text, room, "%.1f ms", value / 1e3);
	if (!strcmp(unit, "us/8") || !strcmp(unit, "us/4"))
		return snprintf(text, room, "%.3f ms", value / 1e3 / (unit[3] - '0'));
	if (!strcmp(unit, "/256") || !strcmp(unit, "s/1024"))
		return snprintf(text, room, "%.3f%s", value / (unit[0] == 's' ? 1024.0 : 256.0), unit[0] == 's' ? " s" : "");
	if (!strcmp(unit, "bits"))
		return snprintf(text, room, "x%d", 1 << (value & 31));
	if (!strcmp(unit, "seq"))
		return snprintf(text, room, "%" PRIu32, (uint32_t)value);
	return field->kind == TCPMIG_KIND_NUMBER ?
	       snprintf(text, room, "%" PRIu64 "%s%s", (uint64_t)value, *unit ? " " : "", unit) :
	       snprintf(text, room, "%" PRId64 "%s%s", value, *unit ? " " : "", unit);
}

static int address_text(const struct tcpmig_field *field, char *text, size_t room)
{
	char whole[INET6_ADDRSTRLEN];
	const struct in6_addr *address = field->data;
	struct in6_addr aligned;

	if (field->size != sizeof(aligned))
		return snprintf(text, room, "?");
	memcpy(&aligned, address, sizeof(aligned));
	if (IN6_IS_ADDR_V4MAPPED(&aligned))
		inet_ntop(AF_INET, &aligned.s6_addr[12], whole, sizeof(whole));
	else
		inet_ntop(AF_INET6, &aligned, whole, sizeof(whole));
	return snprintf(text, room, "%s", whole);
}

static int numbers_text(const struct tcpmig_field *field, char *text, size_t room)
{
	/* Only TCPMIG_A_BBR_EXTRA is of two bytes each. */
	uint32_t width = field->type == TCPMIG_A_BBR_EXTRA ? 2 : 4;
	int n = 0;

	for (uint32_t at = 0; at + width <= field->size; at += width) {
		uint32_t value = 0;
		bool fits = (size_t)n < room;

		memcpy(&value, (const char *)field->data + at, width);
		n += snprintf(fits ? text + n : NULL, fits ? room - n : 0, "%s%" PRIu32, at ? " " : "", value);
	}
	return n;
}

static int sent_text(const struct tcpmig_field *field, char *text, size_t room)
{
	struct tcpmig_sent sent;

	if (field->size != sizeof(sent))
		return snprintf(text, room, "?");
	memcpy(&sent, field->data, sizeof(sent));
	return snprintf(text, room, "%u bytes, %.1f ms ago%s%s%s%s%s%s", sent.len, sent.age_us / 1e3,
			sent.marks & 1 ? ", the peer has it" : "", sent.marks & 2 ? ", sent again" : "",
			sent.marks & 4 ? ", lost" : "", sent.marks & 0x80 ? ", was sent again once" : "",
			sent.flags & TCPMIG_SENT_EOR ? ", end of record" : "",
			sent.flags & TCPMIG_SENT_PUSH ? ", push" : "");
}

static int handshake_text(const struct tcpmig_field *field, char *text, size_t room)
{
	struct tcpmig_handshake h;
	char remote[TCPMIG_END_TEXT];

	if (field->size != sizeof(h))
		return snprintf(text, room, "?");
	memcpy(&h, field->data, sizeof(h));
	return snprintf(text, room, "%s, from %u to %u, sent again %u times, %u ms left%s",
			tcpmig_end_text(h.tuple.raddr, h.tuple.rport, remote), h.snt_isn, h.rcv_isn, h.retransmits, h.left_ms,
			h.flags & TCPMIG_HANDSHAKE_ACKED ? ", acknowledged" : "");
}

int tcpmig_field_text(const struct tcpmig_field *field, char *text, size_t room)
{
	int n;

	switch (field->kind) {
	case TCPMIG_KIND_NUMBER:
	case TCPMIG_KIND_SIGNED:
		n = sentinel_text(field, text, room);
		return n ?: number_text(field, text, room);
	case TCPMIG_KIND_PORT:
		return snprintf(text, room, "%d", (int)tcpmig_field_number(field));
	case TCPMIG_KIND_ADDRESS:
		return address_text(field, text, room);
	case TCPMIG_KIND_TEXT:
		return snprintf(text, room, "%.*s", (int)field->size, (const char *)field->data);
	case TCPMIG_KIND_NUMBERS:
		return numbers_text(field, text, room);
	case TCPMIG_KIND_SENT:
		return sent_text(field, text, room);
	case TCPMIG_KIND_HANDSHAKE:
		return handshake_text(field, text, room);
	default:
		return snprintf(text, room, "%u bytes", field->size);
	}
}

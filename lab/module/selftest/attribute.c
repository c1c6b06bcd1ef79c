// SPDX-License-Identifier: GPL-2.0-only
#include "attribute.h"

#include <stdlib.h>
#include <string.h>

#include "selftest.h"

struct state state_copy(const struct state *s, size_t room)
{
	struct state copy = { .bytes = malloc(s->size + room), .size = s->size };

	if (!copy.bytes)
		die("memory");
	memcpy(copy.bytes, s->bytes, s->size);
	return copy;
}

void state_free(struct state *s)
{
	free(s->bytes);
	*s = (struct state){};
}

size_t attribute_find(const struct state *s, uint16_t type)
{
	attribute_for_each(at, s)
		if ((attribute_at(s, at)->nla_type & NLA_TYPE_MASK) == type)
			return at;
	return s->size;
}

void attribute_remove(struct state *s, size_t at)
{
	size_t len = NLA_ALIGN(attribute_at(s, at)->nla_len);

	memmove(s->bytes + at, s->bytes + at + len, s->size - at - len);
	s->size -= len;
}

void attribute_insert(struct state *s, size_t at, uint16_t type, const void *data, uint16_t len)
{
	size_t whole = NLA_HDRLEN + NLA_ALIGN(len);

	memmove(s->bytes + at + whole, s->bytes + at, s->size - at);
	memset(s->bytes + at, 0, whole);
	*attribute_at(s, at) = (struct nlattr){ .nla_len = NLA_HDRLEN + len, .nla_type = type };
	memcpy(attribute_data(s, at), data, len);
	s->size += whole;
}

void attribute_resize(struct state *s, size_t at, uint16_t len)
{
	size_t old = attribute_len(s, at), from = at + NLA_HDRLEN + NLA_ALIGN(old), to = at + NLA_HDRLEN + NLA_ALIGN(len);

	memmove(s->bytes + to, s->bytes + from, s->size - from);
	s->size += to - from;
	if (len > old)
		memset(attribute_data(s, at) + old, 0xa5, to - at - NLA_HDRLEN - old);
	attribute_at(s, at)->nla_len = NLA_HDRLEN + len;
}

uint64_t value_get(const struct state *s, uint16_t type)
{
	size_t at = attribute_find(s, type);
	uint64_t value = 0;

	if (at < s->size && attribute_len(s, at) <= sizeof(value))
		memcpy(&value, attribute_data(s, at), attribute_len(s, at));
	return value;
}

void value_set(struct state *s, uint16_t type, uint64_t value)
{
	size_t at = attribute_find(s, type);

	if (at < s->size && attribute_len(s, at) <= sizeof(value))
		memcpy(attribute_data(s, at), &value, attribute_len(s, at));
}

struct tcpmig_tuple state_tuple(const struct state *s)
{
	struct tcpmig_tuple t = { .lport = value_get(s, TCPMIG_A_LPORT), .rport = value_get(s, TCPMIG_A_RPORT) };

	memcpy(t.laddr, attribute_data(s, attribute_find(s, TCPMIG_A_LADDR)), sizeof(t.laddr));
	memcpy(t.raddr, attribute_data(s, attribute_find(s, TCPMIG_A_RADDR)), sizeof(t.raddr));
	return t;
}

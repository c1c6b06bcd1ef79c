// SPDX-License-Identifier: GPL-2.0-only
#include "json_scan.h"

#include <string.h>

/* Nesting deeper than this is refused, so that a hostile line cannot exhaust the stack. */
#define DEPTH_MAX 64

struct cursor {
	const char *at, *end;
	unsigned int depth;
};

static bool value(struct cursor *c);

static void blanks(struct cursor *c)
{
	while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at)
		c->at++;
}

static bool is(const struct cursor *c, char wanted)
{
	return c->at < c->end && *c->at == wanted;
}

static bool take(struct cursor *c, char wanted)
{
	if (!is(c, wanted))
		return false;
	c->at++;
	return true;
}

static bool word(struct cursor *c, const char *wanted)
{
	size_t length = strlen(wanted);

	if ((size_t)(c->end - c->at) < length || memcmp(c->at, wanted, length))
		return false;
	c->at += length;
	return true;
}

static bool digits(struct cursor *c)
{
	const char *begin = c->at;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > begin;
}

static bool number(struct cursor *c)
{
	take(c, '-');
	if (!take(c, '0') && !digits(c))
		return false;
	if (take(c, '.') && !digits(c))
		return false;
	if (take(c, 'e') || take(c, 'E')) {
		if (!take(c, '+'))
			take(c, '-');
		return digits(c);
	}
	return true;
}

static bool escape(struct cursor *c)
{
	if (take(c, 'u')) {
		for (int i = 0; i < 4; i++, c->at++)
			if (c->at >= c->end || !*c->at || !strchr("0123456789abcdefABCDEF", *c->at))
				return false;
		return true;
	}
	if (c->at >= c->end || !*c->at || !strchr("\"\\/bfnrt", *c->at))
		return false;
	c->at++;
	return true;
}

static bool string(struct cursor *c)
{
	if (!take(c, '"'))
		return false;
	while (c->at < c->end && *c->at != '"') {
		unsigned char byte = (unsigned char)*c->at++;

		if (byte < 0x20 || (byte == '\\' && !escape(c)))
			return false;
	}
	return take(c, '"');
}

static bool member(struct cursor *c)
{
	blanks(c);
	if (!string(c))
		return false;
	blanks(c);
	return take(c, ':') && value(c);
}

static bool list(struct cursor *c, bool (*item)(struct cursor *), char close)
{
	bool good = ++c->depth <= DEPTH_MAX;

	blanks(c);
	if (good && !take(c, close)) {
		do
			good = item(c);
		while (good && take(c, ','));
		good = good && take(c, close);
	}
	c->depth--;
	return good;
}

/* A value with the blanks around it. */
static bool value(struct cursor *c)
{
	bool good;

	blanks(c);
	if (take(c, '{'))
		good = list(c, member, '}');
	else if (take(c, '['))
		good = list(c, value, ']');
	else if (is(c, '"'))
		good = string(c);
	else
		good = word(c, "true") || word(c, "false") || word(c, "null") || number(c);
	blanks(c);
	return good;
}

bool json_valid(const char *text, size_t length)
{
	struct cursor c = { text, text + length, 0 };

	return value(&c) && c.at == c.end;
}

bool json_valid_object(const char *text, size_t length)
{
	struct cursor c = { text, text + length, 0 };

	blanks(&c);
	return is(&c, '{') && json_valid(text, length);
}

bool json_member(const char *text, size_t length, const char *key, struct json_span *span)
{
	struct cursor c = { text, text + length, 0 };
	size_t key_length = strlen(key);

	blanks(&c);
	for (bool more = take(&c, '{'); more; more = take(&c, ',')) {
		struct json_span name, found;

		blanks(&c);
		name.at = c.at + 1;
		if (!string(&c))
			return false;
		name.length = (size_t)(c.at - name.at) - 1;
		blanks(&c);
		take(&c, ':');
		blanks(&c);
		found.at = c.at;
		if (!value(&c))
			return false;
		found.length = (size_t)(c.at - found.at);
		while (found.length && strchr(" \t\r\n", found.at[found.length - 1]))
			found.length--;
		if (name.length == key_length && !memcmp(name.at, key, key_length)) {
			*span = found;
			return true;
		}
	}
	return false;
}

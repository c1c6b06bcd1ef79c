// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

uint64_t text_hex(const char **at)
{
	uint64_t value = 0;

	if ((*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	for (; hex_digit(**at) >= 0; (*at)++)
		value = value << 4 | hex_digit(**at);
	return value;
}

int64_t text_decimal(const char **at)
{
	int negative = **at == '-';
	int64_t value = 0;

	*at += negative;
	for (; **at >= '0' && **at <= '9'; (*at)++)
		value = value * 10 + (**at - '0');
	return negative ? -value : value;
}

void text_skip_spaces(const char **at)
{
	while (**at == ' ' || **at == '\t')
		(*at)++;
}

void text_skip_word(const char **at)
{
	while (**at && **at != ' ' && **at != '\t' && **at != '\n')
		(*at)++;
	text_skip_spaces(at);
}

int text_next_line(const char **at)
{
	while (**at && **at != '\n')
		(*at)++;
	if (**at)
		(*at)++;
	return **at != 0;
}

const char *text_find(const char *text, const char *key)
{
	do {
		if (starts_with(text, key)) {
			text += strlen(key);
			text_skip_spaces(&text);
			return text;
		}
	} while (text_next_line(&text));
	return NULL;
}

char *text_put(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	*to = 0;
	return to;
}

char *text_put_decimal(char *to, int64_t value)
{
	char digits[24];
	int n = 0;

	if (value < 0) {
		*to++ = '-';
		value = -value;
	}
	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*to++ = digits[--n];
	*to = 0;
	return to;
}

char *text_put_hex16(char *to, uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	*to = 0;
	return to;
}

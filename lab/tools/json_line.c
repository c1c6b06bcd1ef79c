// SPDX-License-Identifier: GPL-2.0-only
#include "json_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(struct json_line *line, const char *text, size_t length)
{
	if (line->length + length > line->room) {
		line->room = 2 * (line->length + length) + 256;
		line->text = realloc(line->text, line->room);
		if (!line->text) {
			fputs("json_line: out of memory\n", stderr);
			abort();
		}
	}
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

static void put_text(struct json_line *line, const char *text)
{
	put(line, text, strlen(text));
}

static void put_quoted(struct json_line *line, const char *text)
{
	put(line, "\"", 1);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		char escape[8];

		if (*c == '"' || *c == '\\')
			put(line, (char[]){ '\\', (char)*c }, 2);
		else if (*c < 0x20)
			put(line, escape, snprintf(escape, sizeof(escape), "\\u%04x", *c));
		else
			put(line, (const char *)c, 1);
	}
	put(line, "\"", 1);
}

static void put_key(struct json_line *line, const char *key)
{
	char last = line->length ? line->text[line->length - 1] : '{';

	if (last != '{' && last != '[')
		put(line, ",", 1);
	if (key) {
		put_quoted(line, key);
		put(line, ":", 1);
	}
}

void json_begin_bare(struct json_line *line)
{
	line->length = 0;
	put(line, "{", 1);
}

void json_append(struct json_line *line, const char *text, size_t length)
{
	put(line, text, length);
}

void json_begin(struct json_line *line, const char *event)
{
	json_begin_bare(line);
	json_string(line, "event", event);
}

void json_u64(struct json_line *line, const char *key, uint64_t value)
{
	char digits[24];

	put_key(line, key);
	put(line, digits, snprintf(digits, sizeof(digits), "%" PRIu64, value));
}

void json_s64(struct json_line *line, const char *key, int64_t value)
{
	char digits[24];

	put_key(line, key);
	put(line, digits, snprintf(digits, sizeof(digits), "%" PRId64, value));
}

void json_bool(struct json_line *line, const char *key, bool value)
{
	json_raw(line, key, value ? "true" : "false");
}

void json_string(struct json_line *line, const char *key, const char *value)
{
	put_key(line, key);
	put_quoted(line, value);
}

void json_raw(struct json_line *line, const char *key, const char *value)
{
	put_key(line, key);
	put_text(line, value);
}

void json_open(struct json_line *line, const char *key, char bracket)
{
	put_key(line, key);
	put(line, &bracket, 1);
}

void json_close(struct json_line *line, char bracket)
{
	put(line, &bracket, 1);
}

void json_finish(struct json_line *line)
{
	put(line, "}\n", 2);
}

bool json_end(struct json_line *line, int fd)
{
	ssize_t written;

	json_finish(line);
	do
		written = write(fd, line->text, line->length);
	while (written < 0 && errno == EINTR);
	return written == (ssize_t)line->length;
}

void json_release(struct json_line *line)
{
	free(line->text);
	*line = (struct json_line){ 0 };
}

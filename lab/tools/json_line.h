/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes one JSON object as one line. The text grows as needed and is kept for the next line; memory that runs out
 * ends the program, because a half-written event is worse than none.
 */
#ifndef JSON_LINE_H
#define JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_line {
	char *text;
	size_t length;
	size_t room;
};

/* Starts anew: {"event":EVENT */
void json_begin(struct json_line *line, const char *event);
/* Starts anew: { */
void json_begin_bare(struct json_line *line);
/* TEXT as it is. */
void json_append(struct json_line *line, const char *text, size_t length);
void json_u64(struct json_line *line, const char *key, uint64_t value);
void json_s64(struct json_line *line, const char *key, int64_t value);
void json_bool(struct json_line *line, const char *key, bool value);
void json_string(struct json_line *line, const char *key, const char *value);
/* VALUE is JSON already. */
void json_raw(struct json_line *line, const char *key, const char *value);
/* KEY may be null inside an array. BRACKET is '[' or '{'; the closing one is ']' or '}'. */
void json_open(struct json_line *line, const char *key, char bracket);
void json_close(struct json_line *line, char bracket);
/* Closes the object, ends the line and writes it by one write(); false (errno) when not all of it was written. */
bool json_end(struct json_line *line, int fd);
/* The same without writing: the line is in text, length. */
void json_finish(struct json_line *line);
void json_release(struct json_line *line);

#endif

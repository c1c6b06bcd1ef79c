/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads JSON text without building anything: checks its grammar (RFC 8259) and finds members of a flat event. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of the text scanned. */
struct json_span {
	const char *at;
	size_t length;
};

/* Is TEXT one JSON value, with nothing but blanks around it? */
bool json_valid(const char *text, size_t length);

/* Is TEXT one JSON object? */
bool json_valid_object(const char *text, size_t length);

/* The value of the member KEY of the object TEXT (the object itself, not those inside it); strings with their quotes.
 * False when there is none. TEXT has passed json_valid_object; KEY has no characters that need an escape. */
bool json_member(const char *text, size_t length, const char *key, struct json_span *value);

#endif

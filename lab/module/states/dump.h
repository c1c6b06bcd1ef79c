/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that GET gives, attribute by attribute and by name; and two of them compared. */
#ifndef TCPMIG_STATES_DUMP_H
#define TCPMIG_STATES_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dump {
	uint8_t *bytes;
	size_t size;
};

/* Copies; forgets what was there. */
void dump_take(struct dump *d, const void *bytes, size_t size);
void dump_free(struct dump *d);
/* Into a file of this name. False with errno. */
bool dump_save(const struct dump *d, const char *folder, const char *name);
/* One line an attribute, to standard error. */
void dump_print(const struct dump *d);
/*
 * Of one connection that moved and moved on at once, unused: what left the first machine and what left the second must
 * be the same but for clocks. False with a text that names what differs.
 */
bool dumps_agree(const struct dump *first, const struct dump *second, char *why, size_t room);

#endif

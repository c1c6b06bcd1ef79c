/* SPDX-License-Identifier: GPL-2.0-only */
/* The state that GET gives, attribute by attribute and by name; and two of them compared. */
#ifndef TCPMIG_STATES_DUMP_H
#define TCPMIG_STATES_DUMP_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dump {
	uint8_t *bytes;
	size_t size;
	uint64_t from_ns, to_ns; /* the connection was frozen in between: say.h, now_ns() */
};

/* Copies; forgets what was there. */
void dump_take(struct dump *d, const void *bytes, size_t size);
void dump_free(struct dump *d);
/* The attribute at *at, with its data; moves on to the next. False at the end. */
bool dump_next(const struct dump *d, size_t *at, struct nlattr *head, uint8_t **data);
/* enum tcpmig_attr; 0 of what is not known. */
unsigned int dump_type(const struct nlattr *head);
const char *dump_name(unsigned int type);
/* Payload: any byte is as good as another. */
bool dump_is_payload(unsigned int type);
/* The value as text. */
void dump_value(char *to, size_t room, unsigned int type, const uint8_t *data, size_t size);
/* Into a file of this name. False with errno. */
bool dump_save(const struct dump *d, const char *folder, const char *name);
/* One line an attribute, to standard error. */
void dump_print(const struct dump *d);
/*
 * compare.c: of one connection that moved and moved on at once, unused, what left the first machine and what left the
 * second must be the same, and clocks must have gone on by no more than the time in between. False with a text that
 * names what differs.
 */
bool dumps_agree(const struct dump *first, const struct dump *second, char *why, size_t room);

#endif

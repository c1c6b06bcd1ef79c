/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that getsockopt tells of a socket, before a move and after it. */
#ifndef TCPMIG_STATES_OPTIONS_H
#define TCPMIG_STATES_OPTIONS_H

#include "trial.h"

#define OPTION_ROOM 32
#define OPTIONS_MAX 96

/* One value an option of the list in options.c. */
struct option_values {
	struct {
		int result;     /* of getsockopt: its error is as much a property as its value */
		uint32_t size;
		uint8_t value[OPTION_ROOM];
	} option[OPTIONS_MAX];
};

void options_read(struct trial *t, struct option_values *v);
/* Reads them again, and ends the trial with the names of those that differ. */
void options_compare(struct trial *t, const struct option_values *before);

#endif

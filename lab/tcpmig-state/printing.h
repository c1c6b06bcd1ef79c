/* SPDX-License-Identifier: GPL-2.0-only */
/* States and lists of connections, for people and for programs. */
#ifndef TCPMIG_STATE_PRINTING_H
#define TCPMIG_STATE_PRINTING_H

#include <libtcpmig.h>

void print_state(const struct tcpmig_state *state);
void print_state_json(const struct tcpmig_state *state);
/* Whether they are the same; prints what is not. */
bool print_difference(const struct tcpmig_state *a, const struct tcpmig_state *b);
/* All of the network namespace; of one process when pid is not 0. Negative errno. */
int print_list(pid_t pid, bool all, bool json);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_TEST_CARRIED_H
#define CR_TEST_CARRIED_H

/* One TAP line. */
void check(const char *name, int good);
/* Threads blocked in one system call each, and threads that compute; started before, judged after the move. */
void start_waiters(void);
void judge_waiters(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbered barriers over the control wire. The protocol is lines of tab-separated words over TCP:
 *
 *	client:  wait MEMBER NUMBER NAME [KEY=VALUE]...     (NAME may be empty)
 *	server:  missing TEXT                               after each arrival, until all have come
 *	         value KEY=VALUE                            what the others put, then
 *	         go
 *	client:  fail MEMBER REASON
 *	server:  noted
 *	server:  fail MEMBER REASON                         instead of go, to everyone, from then on
 *
 * An arrival stays: a client whose connection broke asks again.
 */
#ifndef BARRIER_H
#define BARRIER_H

#include <stdbool.h>
#include <stdint.h>

#define BARRIER_LINE 2048
#define BARRIER_MEMBERS 64
#define BARRIER_WORDS 32

struct sockaddr_in;

/* Splits LINE in place at tabs; returns the number of words, at most BARRIER_WORDS. */
int barrier_words(char *line, char **words);

/* barrier serve. MEMBERS: their number, or their names with commas. Ends by SIGTERM; returns an exit code. */
int barrier_serve(const struct sockaddr_in *endpoint, const char *members, bool background);

/* barrier wait, barrier fail: sends REQUEST (a line without its end) and waits for the answer. Returns an exit code. */
int barrier_ask(const struct sockaddr_in *endpoint, const char *request, double timeout_s);

#endif

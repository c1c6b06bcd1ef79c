/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a frozen process that is in doubt can be spoken to: an abstract Unix socket, named by the hand-over's id. */
#ifndef CR_WORD_H
#define CR_WORD_H

#include "../wire/order.h"

struct word {
	enum cr_word_type type;
	enum cr_fate fate;
	int stream;          /* CR_WORD_STREAM */
	int answer;          /* the speaker waits until it is closed */
};

/* Begins to listen: a descriptor above all of the process's own, or -E. */
int word_listen(enum cr_role role);
/* Waits until the stream (-1: none) or the listener has something. 1 for the stream, 0 for the listener. */
int word_or_stream(int listener, int stream);
/* The next word of root's, or of the process's own user; -E when it was none. */
int word_receive(int listener, struct word *word);

#endif

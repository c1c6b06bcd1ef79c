/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_AUTHENTICATE_H
#define CR_AUTHENTICATE_H

#include "../library/channel.h"

struct secret {
	uint8_t bytes[4096];
	size_t size;
};

/* Ends the program (64) when the file is missing, short, or readable by others. */
void secret_read(struct secret *secret, const char *path);

/*
 * Each side proves that it knows the secret, without sending it:
 *	receiver -> 32 random bytes R        sender -> 32 random bytes S, HMAC(secret, "sender" R S)
 *	receiver -> HMAC(secret, "receiver" S R)
 * 0, -EACCES when the other side does not know it, or a transport error.
 */
int authenticate_sender(struct channel *channel, const struct secret *secret);
int authenticate_receiver(struct channel *channel, const struct secret *secret);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* The stream as seen by code without a C library: whole records in, whole records out. 0 or -E. */
#ifndef CR_CHANNEL_H
#define CR_CHANNEL_H

#include "../wire/stream.h"
#include "syscalls.h"

struct iovec; /* the kernel's and the C library's declarations exclude each other */

struct channel {
	int fd;
	uint64_t bytes;       /* both directions */
};

/* Advances the vector past what each call moved; the vector is used up afterwards. */
int channel_write(struct channel *channel, struct iovec *vector, unsigned int count);
int channel_read(struct channel *channel, struct iovec *vector, unsigned int count);

int channel_put(struct channel *channel, uint32_t type, uint32_t count, const void *payload, uint64_t size);
int channel_get(struct channel *channel, void *buffer, uint64_t size);
/* The next record must be of this type: -EPROTO otherwise, -ECONNABORTED for CR_REFUSED (its text then follows). */
int channel_expect(struct channel *channel, uint32_t type, struct cr_record *record);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* A state as a record on a stream or in a file. */
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

/* In host order, as the state itself. Its first bytes are no attribute: 0x4354 would be a length of 17236 bytes and of a
 * type that there is not. */
static const char magic[8] = { 'T', 'C', 'P', 'm', 'i', 'g', 's', '\n' };

void record_make(struct record *record, uint32_t size)
{
	*record = (struct record){ .version = TCPMIG_STATE_VERSION, .size = size };
	memcpy(record->magic, magic, sizeof(magic));
}

void tcpmig_state_free(struct tcpmig_state *state)
{
	free(state->bytes);
	*state = (struct tcpmig_state){};
}

int tcpmig_state_write(int fd, const struct tcpmig_state *state, int timeout_ms)
{
	struct record record;
	int error;

	record_make(&record, state->size);
	error = stream_write(fd, &record, sizeof(record), timeout_ms);
	return error ?: stream_write(fd, state->bytes, state->size, timeout_ms);
}

int record_judge(const struct record *record, uint32_t limit)
{
	if (memcmp(record->magic, magic, sizeof(magic)) || !record->size)
		return -EPROTO;
	if (record->version != TCPMIG_STATE_VERSION)
		return -EPROTONOSUPPORT;
	return record->size > limit || record->size > TCPMIG_STATE_MAX ? -EMSGSIZE : 0;
}

int tcpmig_state_read(int fd, struct tcpmig_state *state, uint32_t limit, int timeout_ms)
{
	struct record record;
	int error = stream_read(fd, &record, sizeof(record), timeout_ms);

	*state = (struct tcpmig_state){};
	error = error ?: record_judge(&record, limit);
	if (error)
		return error;
	state->bytes = malloc(record.size);
	if (!state->bytes)
		return -ENOMEM;
	state->size = record.size;
	error = stream_read(fd, state->bytes, state->size, timeout_ms);
	if (error)
		tcpmig_state_free(state);
	return error;
}

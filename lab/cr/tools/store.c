// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fault.h"
#include "store.h"

#define CHUNK 65536

static int lost(struct store *store, const char *step, int error)
{
	return image_file_fail(&store->file, "stream: %s: %s", step, strerror(-error));
}

static int answer(struct store *store, uint32_t type, const char *step)
{
	int error = channel_put(&store->channel, type, 0, NULL, 0);

	return error ? lost(store, step, error) : 0;
}

static int keep(struct store *store, const struct cr_record *record)
{
	char chunk[CHUNK];
	int bad = image_file_put(&store->file, record, sizeof(*record));

	for (uint64_t left = record->size, size; left && !bad; left -= size) {
		int error;

		size = left < sizeof(chunk) ? left : sizeof(chunk);
		error = channel_get(&store->channel, chunk, size);
		bad = error ? lost(store, "image", error) : image_file_put(&store->file, chunk, size);
	}
	return bad;
}

static int prepared(struct store *store)
{
	if (image_file_complete(&store->file, NULL, 0))
		return -1;
	return answer(store, CR_PREPARED, "prepared");
}

static int keep_next(struct store *store, struct cr_record *record)
{
	int error = channel_get(&store->channel, record, sizeof(*record));

	return error ? lost(store, "image", error) : keep(store, record);
}

/* Up to the last connection: CR_MEMORY_END says how many there are. */
static int keep_image(struct store *store)
{
	struct cr_record record;

	do
		if (keep_next(store, &record))
			return -1;
	while (record.type != CR_MEMORY_END);
	store->connections = record.count;
	if (record.count && (keep_next(store, &record) || answer(store, CR_CAPTURED, "captured")))
		return -1;
	for (uint32_t i = 0; i < store->connections; i++)
		if (keep_next(store, &record))
			return -1;
	return 0;
}

/* Signals that came while the process was frozen. If they find no room, the file stays as it is without them. */
static int add_signals(struct store *store, const struct cr_record *commit)
{
	struct cr_pending signals[CR_PENDING_MAX];
	int error = commit->count > CR_PENDING_MAX || commit->size != commit->count * sizeof(*signals) ?
			    -EPROTO : channel_get(&store->channel, signals, commit->size);

	if (error || !commit->count || !image_file_complete(&store->file, signals, commit->count))
		return error ? lost(store, "signals", error) : 0;
	fprintf(stderr, "cr_checkpoint: %u signals that came last are lost: %s\n", commit->count, store->file.reason);
	*store->file.reason = 0;
	return image_file_complete(&store->file, NULL, 0);
}

static int publish(struct store *store)
{
	struct cr_record commit;
	int error = channel_expect(&store->channel, CR_COMMIT, &commit);

	if (error)
		return lost(store, "commit", error);
	return add_signals(store, &commit) || image_file_publish(&store->file) ? -1 : 0;
}

/* Nothing has resumed yet and nothing was captured: all zero. */
static int say_kept(struct store *store)
{
	uint64_t size = sizeof(struct cr_resumed) + store->connections * sizeof(struct tcpmig_status);
	void *payload = calloc(1, size);
	int error = payload ? channel_put(&store->channel, CR_RESUMED, store->connections, payload, size) : -ENOMEM;

	free(payload);
	return error ? lost(store, "kept", error) : 0;
}

int store(struct store *store)
{
	if (keep_image(store) || prepared(store))
		return -1;
	fault_of_tool(store->fault, "tool-prepared");
	if (publish(store))
		return -1;
	fault_of_tool(store->fault, "tool-published");
	return say_kept(store);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include "machine.h"
#include "preflight.h"

#define CLOCK_ROUNDS 4

static int protocol_error(struct target *target, const char *step, int error)
{
	return target_refuse(target, "destination: %s: %s", step, strerror(-error));
}

/* The quickest of a few rounds has the least error. */
static int compare_clocks(struct channel *channel, struct target *target, struct cr_clocks *offset)
{
	int64_t best = INT64_MAX;

	for (int round = 0; round < CLOCK_ROUNDS; round++) {
		struct cr_clocks before, after, there;
		struct cr_record record;
		int error;

		machine_clocks(&before);
		error = channel_put(channel, CR_CLOCK_ASK, 0, NULL, 0);
		if (!error)
			error = channel_expect(channel, CR_CLOCK_TELL, &record);
		if (!error)
			error = channel_get(channel, &there, sizeof(there));
		if (error)
			return protocol_error(target, "clock", error);
		machine_clocks(&after);
		if (after.monotonic_ns - before.monotonic_ns >= best)
			continue;
		best = after.monotonic_ns - before.monotonic_ns;
		offset->monotonic_ns = before.monotonic_ns + best / 2 + target->offset.monotonic_ns - there.monotonic_ns;
		offset->boottime_ns = before.boottime_ns + best / 2 + target->offset.boottime_ns - there.boottime_ns;
	}
	return 0;
}

static uint64_t payload_size(const struct target *target)
{
	uint64_t size = sizeof(struct cr_prepare) + target->threads * sizeof(int32_t) +
			target->connections * sizeof(struct tcpmig_tuple);

	for (const struct target_file *file = target->files; file; file = file->next)
		size += sizeof(file->need) + file->need.path_size;
	return size;
}

static char *put(char *to, const void *from, size_t size)
{
	if (size)
		memcpy(to, from, size);
	return to + size;
}

struct cr_record *prepare_record(struct target *target, const struct handover *handover, const struct cr_clocks *offset)
{
	struct cr_record record = { .type = CR_PREPARE, .count = 1, .size = payload_size(target) };
	struct cr_record *whole = record.size <= CR_PREPARE_MAX ? malloc(sizeof(record) + record.size) : NULL;
	char *at = (char *)whole;
	struct cr_prepare prepare = {
		.version = CR_VERSION, .pid = target->pid, .offset = *offset, .vdso_fingerprint = machine_vdso(),
		.flags = target->flags, .timeout_s = handover->timeout_s, .threads = target->threads,
		.connections = target->connections, .files = target->file_count,
	};

	if (!whole) {
		target_refuse(target, "files: too many");
		return NULL;
	}
	memcpy(prepare.id, handover->id, sizeof(prepare.id));
	machine_processor(&prepare.processor);
	at = put(at, &record, sizeof(record));
	at = put(at, &prepare, sizeof(prepare));
	at = put(at, target->tids, target->threads * sizeof(int32_t));
	at = put(at, target->tuples, target->connections * sizeof(*target->tuples));
	for (const struct target_file *file = target->files; file; file = file->next) {
		at = put(at, &file->need, sizeof(file->need));
		at = put(at, file->path, file->need.path_size);
	}
	return whole;
}

static int send_prepare(struct channel *channel, struct target *target, const struct handover *handover,
			const struct cr_clocks *offset)
{
	struct cr_record *record = prepare_record(target, handover, offset);
	struct iovec vector = { record, record ? sizeof(*record) + record->size : 0 };
	int error = record ? channel_write(channel, &vector, 1) : 0;

	if (!record)
		return -1;
	free(record);
	return error ? protocol_error(target, "prepare", error) : 0;
}

static int await_ready(struct channel *channel, struct target *target)
{
	char text[CR_REASON_MAX] = "";
	struct cr_record record;
	int error = channel_expect(channel, CR_READY, &record);

	if (error == -ECONNABORTED && record.size < sizeof(text)) {
		channel_get(channel, text, record.size);
		return target_refuse(target, "%s", text);
	}
	return error ? protocol_error(target, "ready", error) : 0;
}

int preflight(struct channel *channel, struct target *target, const struct handover *handover, struct cr_clocks *offset)
{
	return compare_clocks(channel, target, offset) || send_prepare(channel, target, handover, offset) ||
	       await_ready(channel, target) ? -1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>
#include "replay.h"

/* The next answer, or the process's reason why there is none. */
static int await_answer(struct image_file *file, struct channel *process, uint32_t type, struct cr_record *answer)
{
	char text[CR_REASON_MAX] = "";
	int error = channel_expect(process, type, answer);

	if (error == -ECONNABORTED && answer->size < sizeof(text) && !channel_get(process, text, answer->size))
		return image_file_fail(file, "%s", text);
	return error ? image_file_fail(file, "process: no answer %u: %s", type, strerror(-error)) : 0;
}

/* When the process does not read on, it says why. */
static int copy(struct image_file *file, struct channel *process, uint64_t size)
{
	struct cr_record refusal;

	while (size) {
		ssize_t sent = sendfile(process->fd, file->fd, NULL, size);

		if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
			return await_answer(file, process, CR_REFUSED, &refusal);
		if (sent <= 0)
			return image_file_fail(file, "file: %.120s: %s", file->path, strerror(sent ? errno : EIO));
		size -= sent;
	}
	return 0;
}

static int give_record(struct image_file *file, struct channel *process, struct cr_record *record)
{
	struct cr_record answer;

	if (read(file->fd, record, sizeof(*record)) != sizeof(*record))
		return image_file_fail(file, "file: %.120s: cut short", file->path);
	if (record->type == CR_COMMIT && await_answer(file, process, CR_PREPARED, &answer))
		return -1;
	lseek(file->fd, -(off_t)sizeof(*record), SEEK_CUR);
	if (copy(file, process, sizeof(*record) + record->size))
		return -1;
	if (record->type == CR_CAPTURE || record->type == CR_WAITING)
		return await_answer(file, process, CR_CAPTURED, &answer);
	return 0;
}

static int await_resumed(struct image_file *file, struct channel *process, struct tcpmig_status **statuses,
			 uint32_t *count)
{
	struct cr_resumed resumed;
	struct cr_record record;

	if (await_answer(file, process, CR_RESUMED, &record))
		return -1;
	*statuses = calloc(record.count + 1ul, sizeof(**statuses));
	if (!*statuses || record.size != sizeof(resumed) + record.count * sizeof(**statuses) ||
	    channel_get(process, &resumed, sizeof(resumed)) ||
	    channel_get(process, *statuses, record.count * sizeof(**statuses)))
		return image_file_fail(file, "process: its last answer was cut short");
	*count = record.count;
	return 0;
}

int replay(struct image_file *file, struct channel *process, struct tcpmig_status **statuses, uint32_t *count)
{
	struct cr_record record;

	if (await_answer(file, process, CR_READY, &record))
		return -1;
	do
		if (give_record(file, process, &record))
			return -1;
	while (record.type != CR_COMMIT);
	return await_resumed(file, process, statuses, count);
}

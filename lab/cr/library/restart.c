// SPDX-License-Identifier: GPL-2.0-only
/* The restored library finishes the restart from its own memory (paper 2.2): the loader jumps here. */
#include <linux/fcntl.h>
#include <linux/signal.h>
#include <linux/time.h>
#include "process.h"
#include "sockets.h"

#define SO_RCVTIMEO 20

static int place_stream(int stream)
{
	process.stream.fd = SYS(fcntl, stream, F_DUPFD_CLOEXEC, process.descriptor_top + 1);
	if (process.stream.fd < 0)
		return refuse_error("stream", "no descriptor above the process's own", process.stream.fd);
	SYS(close, stream);
	return 0;
}

static int prepare(int stream)
{
	process.report.image_ns = now_ns();
	restore_thread_state(&process.threads[0]);
	if (restore_memory_map() || place_stream(stream))
		return -1;
	if (reopen_descriptors() || restart_threads())
		return -1;
	return receive_connections() || finish_descriptors() || restore_state();
}

/* From here on only the origin's word decides: no time-out. The end of the stream without CR_COMMIT means that the
 * origin kept the process; an error means nothing, and the process stays as it is. */
static int await_commit(struct cr_pending *late, uint32_t *late_count)
{
	const long forever[2] = { 0, 0 };
	struct cr_record record;
	int error;

	SYS(setsockopt, process.stream.fd, SOL_SOCKET, SO_RCVTIMEO, forever, sizeof(forever));
	error = channel_put(&process.stream, CR_PREPARED, 0, NULL, 0);
	if (error)
		return -1;
	error = channel_expect(&process.stream, CR_COMMIT, &record);
	if (error == -EPIPE)
		return -1;
	while (error)
		SYS(pause);
	if (record.count > CR_PENDING_MAX || record.size != record.count * sizeof(*late))
		return -1;
	*late_count = record.count;
	error = channel_get(&process.stream, late, record.size);
	while (error)
		SYS(pause);
	return 0;
}

/* The clock was set from a round trip, so it may be behind by a part of that: the program must not see time go back. */
static void await_time(uint64_t frozen_ns)
{
	uint64_t now;

	while ((now = now_ns()) < frozen_ns) {
		struct __kernel_timespec rest = { .tv_sec = 0, .tv_nsec = (frozen_ns - now) % 1000000000u };

		SYS(nanosleep, &rest, 0);
	}
}

static void resume(const struct cr_pending *late, uint32_t late_count)
{
	uint64_t size = process.connection_count * sizeof(struct tcpmig_status);
	struct tcpmig_status *statuses = arena_take(&process.arena, size);
	struct cr_resumed *resumed = &process.report.destination;
	struct cr_record record = { .type = CR_RESUMED, .count = process.connection_count,
				    .size = sizeof(*resumed) + size };
	struct iovec vector[3] = { { &record, sizeof(record) }, { resumed, sizeof(*resumed) }, { statuses, size } };

	resumed->image_ns = process.report.image_ns;
	activate_connections(statuses);
	resumed->activate_ns = now_ns();
	await_time(process.report.gathered_ns);
	queue_pending(process.pending, process.pending_count);
	queue_pending(late, late_count);
	start_timers();
	release_threads();
	resumed->resumed_ns = now_ns();
	channel_write(&process.stream, vector, 3);
}

static void __attribute__((noreturn)) give_up(int stream)
{
	const char *reason = process.report.reason;
	struct channel channel = process.stream;

	if (*reason) {
		channel.fd = channel.fd >= 0 ? channel.fd : stream;
		channel_put(&channel, CR_REFUSED, 1, reason, strlen(reason));
	}
	SYS(exit_group, 1);
	__builtin_unreachable();
}

void restart(int stream, uint64_t loader, uint64_t loader_size)
{
	struct ucontext *frame = process.threads[0].frame;
	struct cr_pending *late = arena_take(&process.arena, CR_PENDING_MAX * sizeof(*late));
	uint32_t late_count = 0;

	SYS(munmap, loader, loader_size);
	forget_joined();
	process.stream = (struct channel){ .fd = stream };
	if (prepare(stream) || await_commit(late, &late_count))
		give_up(stream);
	resume(late, late_count);
	SYS(close, process.stream.fd);
	arena_close(&process.arena);
	return_to_frame(frame);
}

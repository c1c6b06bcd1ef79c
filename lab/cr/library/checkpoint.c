// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leader's checkpoint, from the signal to the hand-over. Two phases: until CR_COMMIT any failure lets every thread
 * go on here; after it the destination owns the process, and this one never runs again.
 */
#include <linux/signal.h>
#include "process.h"
#include "control.h"
#include "sockets.h"

struct process process;

static int begin(struct ucontext *frame, uint64_t nonce)
{
	memset(&process, 0, sizeof(process));
	process.report.freeze_ns = now_ns();
	process.pid = SYS(getpid);
	if (receive_order(nonce))
		return -1;
	process.deadline_ns = process.report.freeze_ns + process.order.timeout_s * 1000000000ull;
	if (arena_open(&process.arena))
		return refuse("memory", "no room for the checkpoint's own");
	process.threads = arena_take(&process.arena, THREADS_MAX * sizeof(struct thread));
	process.pending = arena_take(&process.arena, CR_PENDING_MAX * sizeof(struct cr_pending));
	process.threads[0].tid = process.pid;
	process.threads[0].blocked = process.order.leader;
	process.thread_count = 1;
	read_thread_state(&process.threads[0], frame);
	return 0;
}

static int collect(void)
{
	process.report.gathered_ns = now_ns();
	for (uint32_t i = 0; i < process.thread_count; i++)
		resume_interrupted(&process.threads[i]);
	stop_timers();
	drain_shared();
	if (process.pending_count > CR_PENDING_MAX)
		return refuse("signals", "too many are pending");
	return collect_state() || collect_descriptors() || attach_connections() || collect_mappings();
}

/* The destination's next record, or its reason why there is none. */
int await_answer(uint32_t type, const char *what)
{
	struct cr_record record;
	int error = channel_expect(&process.stream, type, &record);

	if (error == -ECONNABORTED && record.size < CR_REASON_MAX) {
		char text[CR_REASON_MAX] = "";

		channel_get(&process.stream, text, record.size);
		return refuse("destination", text);
	}
	return error ? refuse_error("stream", what, error) : 0;
}

static int await_prepared(void)
{
	if (await_answer(CR_PREPARED, "prepared"))
		return -1;
	process.report.prepared_ns = now_ns();
	return now_ns() > process.deadline_ns ? refuse("time-out", "before commit") : 0;
}

static int prepare(void)
{
	if (gather_threads() || collect())
		return -1;
	if (send_image(process.report.gathered_ns) || send_pages())
		return -1;
	process.report.image_ns = now_ns();
	return send_connections() || await_prepared();
}

/* Signals that came while frozen travel with the commit. */
static int send_commit(void)
{
	uint32_t earlier = process.pending_count, count;

	drain_private(0);
	drain_shared();
	count = process.pending_count < CR_PENDING_MAX ? process.pending_count : CR_PENDING_MAX;
	process.report.commit_ns = now_ns();
	return channel_put(&process.stream, CR_COMMIT, count - earlier, process.pending + earlier,
			   (count - earlier) * sizeof(struct cr_pending));
}

static int await_resumed(void)
{
	uint64_t size = process.connection_count * sizeof(struct tcpmig_status);
	struct cr_record record;
	int error = channel_expect(&process.stream, CR_RESUMED, &record);

	if (!error && record.size != sizeof(struct cr_resumed) + size)
		error = -EPROTO;
	if (!error)
		error = channel_get(&process.stream, &process.report.destination, sizeof(struct cr_resumed));
	if (!error)
		error = channel_get(&process.stream, process.arrived_statuses, size);
	process.report.resumed_ns = now_ns();
	return error ? refuse_error("stream", "the answer to commit did not come", error) : 0;
}

/* The origin lets go first, so that there is never a moment with two owners. With some connections still here the
 * destination is not told to go on; it waits as long as this process, which holds the stream, is there. */
static void hand_over(enum cr_outcome committed)
{
	int lost = committed != CR_MOVED || send_commit() || await_resumed();

	process.report.outcome = lost ? CR_IN_DOUBT : CR_MOVED;
	send_report();
	while (lost) /* only a SIGKILL ends this; its connections are no longer here */
		SYS(pause);
	SYS(kill, process.pid, SIGKILL);
	for (;;)
		SYS(pause);
}

static enum cr_outcome let_go(void)
{
	uint64_t size = (process.connection_count + 1) * sizeof(struct tcpmig_status);

	process.arrived_statuses = arena_take(&process.arena, size);
	process.statuses = arena_take(&process.arena, size);
	if (!process.statuses) {
		refuse("connection", "no memory");
		return CR_ABORTED;
	}
	return commit_connections();
}

/* An answer that nobody reads would turn the stream's end into a reset, and of that a destination that is prepared can
 * make nothing. */
static void end_stream(void)
{
	char waste[64];

	SYS(shutdown, process.stream.fd, SHUT_WR);
	while (SYS(recvfrom, process.stream.fd, waste, sizeof(waste), MSG_DONTWAIT, 0, 0) > 0)
		;
	SYS(close, process.stream.fd);
}

static void go_on_here(void)
{
	uint32_t count = process.pending_count;

	process.report.outcome = CR_ABORTED;
	abort_connections();
	start_timers();
	if (process.arena.start)
		queue_pending(process.pending, count);
	process.statuses = NULL;
	end_stream();
	send_report();
	SYS(close, process.control);
	if (gathering())
		release_threads();
	await_leaving();
	arena_close(&process.arena);
}

void lead_checkpoint(struct ucontext *frame, uint64_t nonce)
{
	enum cr_outcome committed = CR_ABORTED;
	int error = begin(frame, nonce);

	if (error && process.control <= 0)
		return; /* nobody is there: an old signal */
	if (!error && !prepare())
		committed = let_go();
	if (committed == CR_ABORTED)
		go_on_here();
	else
		hand_over(committed);
}

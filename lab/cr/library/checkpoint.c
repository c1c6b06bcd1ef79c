// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leader's checkpoint, from the signal to the hand-over. Two phases: until CR_COMMIT any failure lets every thread
 * go on here. With CR_COMMIT the destination becomes the owner; this process stays as it is, frozen, until it knows that
 * the commit has arrived, and ends then, or that it never will, and goes on then.
 */
#include <linux/signal.h>
#include "process.h"
#include "control.h"
#include "sockets.h"

struct process process;

static int begin(struct ucontext *frame, uint64_t nonce)
{
	memset(&process, 0, sizeof(process));
	process.stream.fd = process.control = process.ledger = -1;
	process.report.freeze_ns = now_ns();
	process.pid = SYS(getpid);
	if (receive_order(nonce) || ledger_note(CR_FATE_FROZEN))
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
	process.pending_imaged = process.pending_count;
	if (collect_state())
		return -1;
	lift_descriptor_limit();
	return collect_descriptors() || attach_connections() || collect_mappings();
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
	fault_at("origin-image");
	if (send_connections())
		return -1;
	fault_at("origin-sent");
	return await_prepared();
}

/* Signals that came while frozen travel with the commit, and again with each further one. */
int send_commit(void)
{
	uint32_t from = process.pending_imaged, count;

	drain_private(0);
	drain_shared();
	count = process.pending_count < CR_PENDING_MAX ? process.pending_count : CR_PENDING_MAX;
	process.report.commit_ns = now_ns();
	int error = channel_put(&process.stream, CR_COMMIT, count - from, process.pending + from,
				(count - from) * sizeof(struct cr_pending));

	return error ? refuse_error("stream", "commit", error) : 0;
}

int await_resumed(void)
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
	if (error)
		return refuse_error("stream", "the answer to commit did not come", error);
	process.report.resumed_ns = now_ns();
	return 0;
}

/* The last that can fail here. With the ledger's entry the decision is made. */
static int decide(void)
{
	uint64_t size = (process.connection_count + 1) * sizeof(struct tcpmig_status);

	process.arrived_statuses = arena_take(&process.arena, size);
	process.statuses = arena_take(&process.arena, size);
	if (!process.statuses || !process.arrived_statuses)
		return refuse("connection", "no memory");
	memset(process.arrived_statuses, 0, size); /* the states of connections were written where it is */
	return hold_connections() || ledger_note(CR_FATE_DECIDED) ? -1 : 0;
}

static void tell(int answer)
{
	send_report(process.control);
	if (answer >= 0)
		send_report(answer);
}

static void __attribute__((noreturn)) end_here(enum cr_outcome outcome, int answer)
{
	commit_connections();
	ledger_note(outcome == CR_MOVED ? CR_FATE_MOVED : CR_FATE_LOST);
	if (outcome == CR_MOVED)
		*process.report.reason = 0; /* of a doubt that is over */
	process.report.outcome = outcome;
	tell(answer);
	SYS(kill, process.pid, SIGKILL);
	for (;;)
		SYS(pause);
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

static void go_on_here(int answer)
{
	uint32_t count = process.pending_count;

	process.report.outcome = CR_ABORTED;
	abort_connections();
	restore_descriptor_limit();
	ledger_note(CR_FATE_KEPT);
	start_timers();
	if (process.arena.start)
		queue_pending(process.pending, count);
	process.statuses = NULL;
	end_stream();
	tell(answer);
	SYS(close, process.control);
	SYS(close, answer);
	ledger_close();
	if (gathering())
		release_threads();
	await_leaving();
	arena_close(&process.arena);
}

static void hand_over(void)
{
	enum cr_outcome outcome = CR_MOVED;
	int answer = -1;

	fault_at("origin-decided");
	if (send_commit())
		outcome = end_doubt(&answer);
	else {
		fault_at("origin-committed");
		if (await_resumed())
			outcome = end_doubt(&answer);
	}
	fault_at("origin-resumed");
	if (outcome == CR_ABORTED)
		go_on_here(answer);
	else
		end_here(outcome, answer);
}

void lead_checkpoint(struct ucontext *frame, uint64_t nonce)
{
	int error = begin(frame, nonce);

	if (error && process.control < 0)
		return; /* nobody is there: an old signal */
	if (error || prepare() || decide())
		go_on_here(-1);
	else
		hand_over();
}

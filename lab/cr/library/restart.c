// SPDX-License-Identifier: GPL-2.0-only
/* The restored library finishes the restart from its own memory (paper 2.2): the loader jumps here. */
#include <linux/fcntl.h>
#include <linux/signal.h>
#include <linux/time.h>
#include "process.h"
#include "sockets.h"
#include "word.h"

#define SO_RCVTIMEO 20

/* What the wait for the origin's word ends with. */
struct late {
	struct cr_pending *signals;  /* that came to the origin after its image was taken */
	uint32_t count;
	int answer;                  /* who ended the wait by a word, or -1: waits until this is closed */
};

enum decision { WAIT, GO_ON, GIVE_UP };

static int place_above(int fd)
{
	long placed = fd < 0 ? fd : SYS(fcntl, fd, F_DUPFD_CLOEXEC, process.descriptor_top + 1);

	if (fd >= 0)
		SYS(close, fd);
	return (int)placed;
}

static int place_stream(int stream)
{
	int ledger = process.ledger;

	process.stream.fd = place_above(stream);
	process.ledger = place_above(ledger);
	if (process.stream.fd < 0 || (ledger >= 0 && process.ledger < 0))
		return refuse("stream", "no descriptor above the process's own");
	return 0;
}

static int prepare(int stream)
{
	process.report.image_ns = now_ns();
	lift_descriptor_limit();
	restore_thread_state(&process.threads[0]);
	if (restore_memory_map() || place_stream(stream))
		return -1;
	if (reopen_descriptors() || restart_threads())
		return -1;
	return receive_connections() || finish_descriptors() || restore_state();
}

/* CR_COMMIT, with signals that came late. 0, -EPIPE when the stream ends without it, or another error. */
static int read_commit(struct late *late)
{
	struct cr_record record;
	int error = channel_expect(&process.stream, CR_COMMIT, &record);

	if (!error && (record.count > CR_PENDING_MAX || record.size != record.count * sizeof(*late->signals)))
		error = -EPROTO;
	if (!error)
		error = channel_get(&process.stream, late->signals, record.size);
	late->count = error ? 0 : record.count;
	return error;
}

static void lose_stream(void)
{
	SYS(close, process.stream.fd);
	process.stream.fd = -1;
}

/* On the stream that brought the image its end means that the origin kept the process; an error means nothing there, and
 * on a later one neither does. */
static enum decision hear_stream(struct late *late, int *later)
{
	int error = read_commit(late), kept = error == -EPIPE && !*later;

	if (!error)
		return GO_ON;
	lose_stream();
	*later = 1;
	return kept ? GIVE_UP : WAIT;
}

static enum decision hear_word(int listener, struct late *late, int *later)
{
	struct word word;

	if (word_receive(listener, &word))
		return WAIT;
	if (word.type != CR_WORD_STREAM) {
		late->answer = word.answer;
		return word.type == CR_WORD_GO_ON ? GO_ON : GIVE_UP;
	}
	lose_stream();
	*later = 1;
	process.stream.fd = place_above(word.stream);
	SYS(close, word.answer);
	return WAIT;
}

/* From here on only the origin's word decides, or an operator's: no time-out. 0: the process goes on here. */
static int await_commit(struct late *late)
{
	const long forever[2] = { 0, 0 };
	int listener = process.ledger < 0 ? -1 : word_listen(CR_DESTINATION), later = 0;
	enum decision decision = WAIT;

	if (process.ledger >= 0 && listener < 0)
		return refuse_error("ledger", "listen", listener);
	SYS(setsockopt, process.stream.fd, SOL_SOCKET, SO_RCVTIMEO, forever, sizeof(forever));
	fault_at("destination-built");
	if (ledger_note(CR_FATE_PREPARED) || channel_put(&process.stream, CR_PREPARED, 0, NULL, 0))
		return -1;
	fault_at("destination-prepared");
	while (decision == WAIT)
		if (word_or_stream(listener, process.stream.fd))
			decision = hear_stream(late, &later);
		else
			decision = hear_word(listener, late, &later);
	SYS(close, listener);
	return decision == GO_ON ? 0 : -1;
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

static void resume(const struct late *late)
{
	uint64_t size = process.connection_count * sizeof(struct tcpmig_status);
	struct tcpmig_status *statuses = arena_take(&process.arena, size);
	struct cr_resumed *resumed = &process.report.destination;
	struct cr_record record = { .type = CR_RESUMED, .count = process.connection_count,
				    .size = sizeof(*resumed) + size };
	struct iovec vector[3] = { { &record, sizeof(record) }, { resumed, sizeof(*resumed) }, { statuses, size } };

	resumed->image_ns = process.report.image_ns;
	activate_connections(statuses);
	restore_descriptor_limit();
	fault_at("destination-active");
	resumed->activate_ns = now_ns();
	await_time(process.report.gathered_ns);
	queue_pending(process.pending, process.pending_count);
	queue_pending(late->signals, late->count);
	start_timers();
	release_threads();
	resumed->resumed_ns = now_ns();
	channel_write(&process.stream, vector, 3);
}

static void __attribute__((noreturn)) give_up(int stream)
{
	const char *reason = process.report.reason;
	struct channel channel = process.stream;

	ledger_note(CR_FATE_KEPT);
	if (*reason) {
		channel.fd = channel.fd >= 0 ? channel.fd : stream;
		channel_put(&channel, CR_REFUSED, 1, reason, strlen(reason));
	}
	SYS(exit_group, 1);
	__builtin_unreachable();
}

void restart(int stream, uint64_t loader, uint64_t loader_size, int ledger)
{
	struct ucontext *frame = process.threads[0].frame;
	struct late late = { .signals = arena_take(&process.arena, CR_PENDING_MAX * sizeof(*late.signals)),
			     .answer = -1 };

	SYS(munmap, loader, loader_size);
	forget_joined();
	process.stream = (struct channel){ .fd = stream };
	process.ledger = ledger;
	if (prepare(stream) || await_commit(&late))
		give_up(stream);
	fault_at("destination-told");
	ledger_note(CR_FATE_MOVED);
	SYS(close, late.answer);
	fault_at("destination-moved");
	resume(&late);
	SYS(close, process.stream.fd);
	ledger_close();
	arena_close(&process.arena);
	return_to_frame(frame);
}

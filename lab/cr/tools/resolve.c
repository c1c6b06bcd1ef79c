// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fate.h"
#include "resolve.h"
#include "resolve_file.h"
#include "say.h"

__attribute__((format(printf, 2, 3))) static void explain(struct resolution *resolution, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(resolution->reason, sizeof(resolution->reason), format, values);
	va_end(values);
}

static void say(struct resolution *resolution, enum cr_word_type type, enum cr_fate fate, int stream)
{
	const struct cr_word word = { .type = type, .fate = fate };
	int error = say_word(resolution->ledger.role, resolution->ledger.id, &word, stream);

	if (error)
		explain(resolution, "process %d does not listen: %s", resolution->ledger.pid, strerror(-error));
}

/* The destination has had it, and it is no more. */
static int ended_badly(struct resolution *resolution, const struct cr_fate_tell *tell)
{
	if (tell->has_ended && WIFSIGNALED(tell->status))
		explain(resolution, "it went on at the destination, and was ended there by signal %d",
			WTERMSIG(tell->status));
	else if (!tell->has_ended && !tell->runs)
		explain(resolution, "it went on at the destination, and is not there any more");
	else
		return 0;
	return 1;
}

static int started_anew(int fd, const struct cr_fate_tell *tell)
{
	struct timespec now;
	struct stat status;

	clock_gettime(CLOCK_REALTIME, &now);
	return !fstat(fd, &status) && (int64_t)tell->uptime_s < now.tv_sec - status.st_mtim.tv_sec;
}

static void explain_unknown(struct resolution *resolution, int fd, const struct cr_fate_tell *tell)
{
	explain(resolution, "%s: %s", resolution->ledger.other,
		started_anew(fd, tell) ? "that machine has started anew since" : "nothing is known of it there any more");
}

/* What the frozen process hears, or, with the lock in our hand, what is written in its place. */
static void follow_destination(struct resolution *resolution, int fd, int held, struct channel *channel,
			       const struct cr_fate_tell *tell)
{
	enum cr_fate there = CR_FATE_MOVED;

	switch (tell->fate) {
	case CR_FATE_MOVED:
		if (ended_badly(resolution, tell))
			there = CR_FATE_LOST;
		held ? say(resolution, CR_WORD_END, there, -1) : (void)ledger_write(fd, there);
		return;
	case CR_FATE_KEPT:
		if (held)
			return say(resolution, CR_WORD_GO_ON, 0, -1);
		explain(resolution, "it was ended here when it had decided, and the destination has given up");
		ledger_write(fd, CR_FATE_LOST);
		return;
	case CR_FATE_PREPARED:
		if (held)
			return say(resolution, CR_WORD_STREAM, 0, channel->fd);
		if (!commit_for_dead(channel))
			ledger_write(fd, CR_FATE_MOVED);
		return;
	case CR_FATE_UNKNOWN:
		return explain_unknown(resolution, fd, tell);
	default:
		return explain(resolution, "%s says: %s", resolution->ledger.other, ledger_fate(tell->fate));
	}
}

static void follow_origin(struct resolution *resolution, int fd, struct channel *channel, const struct cr_fate_tell *tell)
{
	switch (tell->fate) {
	case CR_FATE_KEPT:
	case CR_FATE_LOST:
		return say(resolution, CR_WORD_END, CR_FATE_KEPT, -1);
	case CR_FATE_DECIDED:
		return say(resolution, CR_WORD_STREAM, 0, channel->fd);
	case CR_FATE_UNKNOWN:
		return explain_unknown(resolution, fd, tell);
	default:
		return explain(resolution, "%s says: %s", resolution->ledger.other, ledger_fate(tell->fate));
	}
}

/* 0 with the connection open */
static int ask(struct resolution *resolution, struct channel *channel, struct cr_fate_tell *tell)
{
	const char *where = resolution->other ? resolution->other : resolution->ledger.other;
	struct cr_fate_ask question = {
		.role = resolution->ledger.role == CR_ORIGIN ? CR_DESTINATION : CR_ORIGIN,
	};
	int error;

	if (!resolution->secret) {
		explain(resolution, "%s is not asked without --secret-file", where);
		return -EACCES;
	}
	memcpy(question.id, resolution->ledger.id, CR_ID_SIZE);
	error = fate_ask(channel, where, resolution->secret, &question, tell);
	if (error)
		explain(resolution, "%s: %s", where, strerror(-error));
	return error;
}

static int under_way(const struct resolution *resolution)
{
	return resolution->ledger.fate == CR_FATE_UNDECIDED || resolution->ledger.fate == CR_FATE_FROZEN;
}

static void ask_other(struct resolution *resolution, int fd, int held)
{
	struct channel channel;
	struct cr_fate_tell tell;

	if (under_way(resolution))
		return explain(resolution, "the hand-over is under way");
	if (*resolution->ledger.other == '/')
		return follow_file(resolution, fd, held);
	if (ask(resolution, &channel, &tell))
		return;
	if (resolution->ledger.role == CR_ORIGIN)
		follow_destination(resolution, fd, held, &channel, &tell);
	else
		follow_origin(resolution, fd, &channel, &tell);
	close(channel.fd);
}

static void overrule(struct resolution *resolution)
{
	enum cr_fate ended = resolution->ledger.role == CR_ORIGIN ? CR_FATE_LOST : CR_FATE_KEPT;

	if (under_way(resolution))
		return explain(resolution, "the hand-over is under way");
	if (resolution->verdict == VERDICT_KEEP)
		say(resolution, CR_WORD_GO_ON, 0, -1);
	else
		say(resolution, CR_WORD_END, ended, -1);
}

/* The lock is ours: the process is dead, or never had it, and what it had not decided is final. */
static void settle_dead(struct resolution *resolution, int fd)
{
	if (resolution->ledger.role == CR_DESTINATION) {
		ledger_write(fd, CR_FATE_KEPT);
	} else if (resolution->ledger.fate == CR_FATE_UNDECIDED) {
		explain(resolution, "the tool was ended before the process had heard of it");
		ledger_write(fd, CR_FATE_KEPT);
	} else if (resolution->ledger.fate == CR_FATE_FROZEN) {
		explain(resolution, "it was ended here before the commit");
		ledger_write(fd, CR_FATE_LOST);
	} else if (resolution->verdict == VERDICT_GIVE_UP) {
		ledger_write(fd, CR_FATE_LOST);
	} else if (resolution->verdict == VERDICT_KEEP) {
		explain(resolution, "process %d is dead here", resolution->ledger.pid);
	} else {
		ask_other(resolution, fd, 0);
	}
}

/* It has moved: does its only holder still have it? */
static void look_after(struct resolution *resolution, int fd)
{
	struct channel channel;
	struct cr_fate_tell tell;

	if (resolution->ledger.role != CR_ORIGIN || resolution->ledger.fate != CR_FATE_MOVED ||
	    *resolution->ledger.other == '/' || ask(resolution, &channel, &tell))
		return;
	close(channel.fd);
	if (tell.fate == CR_FATE_UNKNOWN)
		explain_unknown(resolution, fd, &tell);
	if (tell.fate == CR_FATE_MOVED ? ended_badly(resolution, &tell) :
	    tell.fate == CR_FATE_UNKNOWN && started_anew(fd, &tell))
		ledger_write(fd, CR_FATE_LOST);
}

int resolve(struct resolution *resolution, enum cr_role role, const uint8_t *id)
{
	int fd, error = ledger_open(&fd, role, id), held;

	*resolution->reason = 0;
	if (error)
		return error;
	held = ledger_held(fd);
	error = ledger_read(fd, &resolution->ledger);
	if (!error && ledger_settled(resolution->ledger.fate))
		look_after(resolution, fd);
	else if (!error && !held)
		settle_dead(resolution, fd);
	else if (!error && resolution->verdict != VERDICT_ASK)
		overrule(resolution);
	else if (!error)
		ask_other(resolution, fd, held);
	if (!error)
		error = ledger_read(fd, &resolution->ledger);
	close(fd);
	return error;
}

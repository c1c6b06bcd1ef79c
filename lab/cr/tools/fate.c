// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "address.h"
#include "fate.h"
#include "ledger.h"
#include "say.h"

int fate_ask(struct channel *channel, const char *where, const struct secret *secret, const struct cr_fate_ask *ask,
	     struct cr_fate_tell *tell)
{
	struct sockaddr_in address = address_parse(where);
	struct cr_record record;
	int error;

	*channel = (struct channel){ .fd = address_connect(&address, ASK_S) };
	if (channel->fd < 0)
		return -errno;
	error = authenticate_sender(channel, secret);
	if (!error)
		error = channel_put(channel, CR_FATE_ASK, 1, ask, sizeof(*ask));
	if (!error)
		error = channel_expect(channel, CR_FATE_TELL, &record);
	if (!error && record.size != sizeof(*tell))
		error = -EPROTO;
	if (!error)
		error = channel_get(channel, tell, sizeof(*tell));
	if (error)
		close(channel->fd);
	return error;
}

int commit_for_dead(struct channel *channel)
{
	int error = channel_put(channel, CR_COMMIT, 0, NULL, 0);
	struct cr_record record;

	return error ? error : channel_expect(channel, CR_RESUMED, &record);
}

/* With the lock free its process is dead, or has never had it: what was open until then is final now, but for a decision
 * to commit. */
static void settle_dead(int fd, struct cr_ledger *ledger)
{
	if (ledger->role == CR_DESTINATION)
		ledger->fate = CR_FATE_KEPT;
	else if (ledger->fate == CR_FATE_UNDECIDED)
		ledger->fate = CR_FATE_KEPT;
	else if (ledger->fate == CR_FATE_FROZEN)
		ledger->fate = CR_FATE_LOST;
	ledger_write(fd, ledger->fate);
}

static int machine_answer(struct channel *channel, const struct cr_ledger *ledger)
{
	struct cr_fate_tell tell = { .fate = ledger->fate, .has_ended = ledger->has_ended, .status = ledger->status };
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	tell.uptime_s = up.tv_sec;
	tell.runs = ledger->pid > 0 && !ledger->has_ended && kill(ledger->pid, 0) == 0;
	return channel_put(channel, CR_FATE_TELL, 1, &tell, sizeof(tell));
}

static int go_on_over(struct channel *channel, int fd, const struct cr_ledger *ledger, int held)
{
	const struct cr_word word = { .type = CR_WORD_STREAM };
	int error;

	if (held)
		return say_word(ledger->role, ledger->id, &word, channel->fd);
	error = commit_for_dead(channel);
	return error ? error : ledger_write(fd, CR_FATE_MOVED);
}

static int tell_of(struct channel *channel, int fd, struct cr_ledger *ledger)
{
	int held = ledger_held(fd), error = ledger_read(fd, ledger);

	if (error)
		return error;
	if (!held && !ledger_settled(ledger->fate))
		settle_dead(fd, ledger);
	/* A commit may be under way: nothing has been lost yet. */
	if (held && ledger->fate == CR_FATE_DECIDED && !word_is_awaited(ledger->role, ledger->id))
		ledger->fate = CR_FATE_FROZEN;
	error = machine_answer(channel, ledger);
	if (!error && (ledger->fate == CR_FATE_PREPARED || ledger->fate == CR_FATE_DECIDED))
		error = go_on_over(channel, fd, ledger, held);
	return error;
}

int fate_tell(struct channel *channel)
{
	struct cr_ledger ledger = { .fate = CR_FATE_UNKNOWN };
	struct cr_fate_ask ask;
	struct cr_record record;
	int error = channel_expect(channel, CR_FATE_ASK, &record), fd;

	if (!error && record.size != sizeof(ask))
		error = -EPROTO;
	if (!error)
		error = channel_get(channel, &ask, sizeof(ask));
	if (error)
		return error;
	if (ledger_open(&fd, ask.role == CR_ORIGIN ? CR_ORIGIN : CR_DESTINATION, ask.id))
		return machine_answer(channel, &ledger);
	error = tell_of(channel, fd, &ledger);
	close(fd);
	return error;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The origin in doubt: CR_COMMIT was sent and its answer did not come. All connections are still here, frozen and
 * silent; this process waits for the answer, or for a word of a tool that has asked the destination what became of it.
 */
#include "process.h"
#include "control.h"
#include "sockets.h"
#include "word.h"

/* A commit that is still on its way must not arrive after the process has gone on here. */
static void drop_stream(void)
{
	const int at_once[2] = { 1, 0 };

	SYS(setsockopt, process.stream.fd, SOL_SOCKET, SO_LINGER, at_once, sizeof(at_once));
	SYS(close, process.stream.fd);
	process.stream.fd = -1;
}

static int commit_again(int stream)
{
	drop_stream();
	process.stream.fd = stream;
	*process.report.reason = 0;
	return send_commit() || await_resumed() ? -1 : 0;
}

/* CR_IN_DOUBT as long as this word has not ended the doubt. */
static enum cr_outcome follow(const struct word *word)
{
	switch (word->type) {
	case CR_WORD_STREAM:
		return commit_again(word->stream) ? CR_IN_DOUBT : CR_MOVED;
	case CR_WORD_GO_ON:
		drop_stream();
		return CR_ABORTED;
	case CR_WORD_END:
		drop_stream();
		return word->fate == CR_FATE_MOVED ? CR_MOVED : CR_LOST;
	}
	return CR_IN_DOUBT;
}

static enum cr_outcome listen_to_word(int listener, int *answer)
{
	struct word word;
	enum cr_outcome outcome;

	if (word_receive(listener, &word))
		return CR_IN_DOUBT;
	outcome = follow(&word);
	if (outcome == CR_IN_DOUBT)
		SYS(close, word.answer);
	else
		*answer = word.answer;
	return outcome;
}

enum cr_outcome end_doubt(int *answer)
{
	int listener = word_listen(CR_ORIGIN);
	enum cr_outcome outcome = CR_IN_DOUBT;

	process.report.outcome = CR_IN_DOUBT;
	process.report.doubt_ns = now_ns();
	send_report(process.control);
	fault_at("origin-doubt");
	while (listener < 0) /* no descriptor or no memory is left: a SIGKILL ends this, in silence */
		SYS(pause);
	while (outcome == CR_IN_DOUBT)
		if (!word_or_stream(listener, process.stream.fd))
			outcome = listen_to_word(listener, answer);
		else if (await_resumed())
			drop_stream();
		else
			outcome = CR_MOVED;
	SYS(close, listener);
	return outcome;
}

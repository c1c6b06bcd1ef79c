// SPDX-License-Identifier: GPL-2.0-only
/* The origin's half of a hand-over: see wire.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "direct.h"
#include "session.h"
#include "stream.h"
#include "wire.h"

enum { STATE_LISTEN = 10 };

static int tell(struct tcpmig_pass *pass, const char *step, int error)
{
	return error ? trouble_tell(&pass->trouble, step, error, TCPMIG_OK) : 0;
}

static int tell_of(struct tcpmig_pass *pass, unsigned int failed, int error)
{
	if (error)
		pass->trouble = *tcpmig_trouble(pass->sessions[failed]);
	return error;
}

static int offer(struct tcpmig_pass *pass, int stream)
{
	size_t size = sizeof(struct offer) + pass->count * sizeof(struct offered);
	struct offer *offer = calloc(1, size);
	struct offered *offered = (struct offered *)(offer + 1);
	int error;

	if (!offer)
		return tell(pass, "OFFER", -ENOMEM);
	memcpy(offer->id, pass->id, sizeof(offer->id));
	offer->count = pass->count;
	for (unsigned int i = 0; i < pass->count; i++)
		offered[i] = (struct offered){ pass->sessions[i]->tuple, pass->sessions[i]->state };
	error = tell(pass, "OFFER", wire_put(stream, MESSAGE_OFFER, offer, size, pass->timeout_ms));
	free(offer);
	return error ?: wire_expect(stream, MESSAGE_GRANTED, NULL, 0, pass->timeout_ms, &pass->trouble);
}

static int send_direct(struct tcpmig_pass *pass, unsigned int index, int stream)
{
	uint32_t size;
	int error = tell_of(pass, index, direct_size(pass->sessions[index], &size));

	if (error)
		return error;
	pass->state_bytes += size;
	error = tell(pass, "STATE", wire_put_head(stream, MESSAGE_STATE, size, pass->timeout_ms));
	return error ?: tell_of(pass, index, direct_send(pass->sessions[index], stream, pass->timeout_ms));
}

static int send_copy(struct tcpmig_pass *pass, unsigned int index, int stream)
{
	struct tcpmig_state state;
	int error = tell_of(pass, index, tcpmig_get(pass->sessions[index], &state));

	if (error)
		return error;
	pass->state_bytes += state.size;
	error = tell(pass, "STATE", wire_put(stream, MESSAGE_STATE, state.bytes, state.size, pass->timeout_ms));
	tcpmig_state_free(&state);
	return error;
}

/* One at a time: the memory of one is enough. */
static int send_states(struct tcpmig_pass *pass, int stream)
{
	bool direct = direct_possible(stream);
	int error = 0;

	pass->state_bytes = 0;
	for (unsigned int i = 0; !error && i < pass->count; i++)
		error = direct ? send_direct(pass, i, stream) : send_copy(pass, i, stream);
	return error;
}

/* What can still be called off; all are frozen. */
static int prepare(struct tcpmig_pass *pass, int stream)
{
	unsigned int failed;
	int error = send_states(pass, stream);

	error = error ?: tell(pass, "APPLICATION", wire_put(stream, MESSAGE_APPLICATION, pass->application,
							    pass->application_size, pass->timeout_ms));
	error = error ?: wire_expect(stream, MESSAGE_BUILT, NULL, 0, pass->timeout_ms, &pass->trouble);
	return error ?: tell_of(pass, failed, tcpmig_hold_all(pass->sessions, pass->count, &failed));
}

static int end_here(struct tcpmig_pass *pass)
{
	tcpmig_commit_all(pass->sessions, pass->count);
	pass->trouble = (struct tcpmig_trouble){};
	return 0;
}

/* From the first byte of COMMIT on nothing but an answer tells whose they are. */
static int commit(struct tcpmig_pass *pass, int stream)
{
	struct tcpmig_status *arrived = calloc(pass->count, sizeof(*arrived));
	uint32_t size = pass->count * sizeof(*arrived);
	int error;

	if (!arrived) {
		tcpmig_abort_all(pass->sessions, pass->count);
		return tell(pass, "COMMIT", -ENOMEM);
	}
	error = tell(pass, "COMMIT", wire_put(stream, MESSAGE_COMMIT, NULL, 0, pass->timeout_ms));
	error = error ?: wire_expect(stream, MESSAGE_RESUMED, arrived, size, pass->timeout_ms, &pass->trouble);
	pass->arrived = arrived[0];
	free(arrived);
	/* Only a fate, or RESUMED, says more. */
	return error ? -EINPROGRESS : end_here(pass);
}

/* A listening socket goes with the connections that wait in its queue, step by step: that is not this. */
static bool has_listener(const struct tcpmig_pass *pass)
{
	for (unsigned int i = 0; i < pass->count; i++)
		if (pass->sessions[i]->state == STATE_LISTEN)
			return true;
	return false;
}

int tcpmig_pass(struct tcpmig_pass *pass, int stream)
{
	unsigned int failed;
	int error;

	pass->trouble = (struct tcpmig_trouble){};
	if (!pass->count || getrandom(pass->id, sizeof(pass->id), 0) != sizeof(pass->id))
		return tell(pass, "pass", -EINVAL);
	if (has_listener(pass))
		return tell(pass, "pass", -EOPNOTSUPP);
	stream_hurry(stream);
	error = offer(pass, stream);
	if (error)
		return error;
	error = tell_of(pass, failed, tcpmig_freeze_all(pass->sessions, pass->count, &failed));
	if (error)
		return error;
	error = prepare(pass, stream);
	if (error) {
		tcpmig_abort_all(pass->sessions, pass->count);
		return error;
	}
	return commit(pass, stream);
}

int tcpmig_settle(struct tcpmig_pass *pass, int stream)
{
	uint32_t fate = FATE_UNKNOWN;
	int error = tell(pass, "ASK", wire_put(stream, MESSAGE_ASK, pass->id, sizeof(pass->id), pass->timeout_ms));

	error = error ?: wire_expect(stream, MESSAGE_FATE, &fate, sizeof(fate), pass->timeout_ms, &pass->trouble);
	if (!error && fate == FATE_MOVED)
		return end_here(pass);
	if (!error && fate == FATE_KEPT) {
		tcpmig_abort_all(pass->sessions, pass->count);
		return tell(pass, "ASK", -ECANCELED);
	}
	return error ? -EINPROGRESS : tell(pass, "ASK", -EINPROGRESS);
}

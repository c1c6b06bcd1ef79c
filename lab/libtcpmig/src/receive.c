// SPDX-License-Identifier: GPL-2.0-only
/* The destination's half of a hand-over: see wire.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "direct.h"
#include "session.h"
#include "stream.h"
#include "wire.h"

enum { STATE_CLOSE = 7 };

/* A hand-over under way. */
struct taking {
	struct tcpmig_reception *reception;
	int stream;
	struct offer offer;
	struct offered *offered;
	struct tcpmig_session **sessions;
	struct tcpmig_arrival *arrival;
};

static int tell(struct taking *t, const char *step, int error)
{
	return error ? trouble_tell(&t->reception->trouble, step, error, TCPMIG_OK) : 0;
}

static int tell_of(struct taking *t, const struct tcpmig_session *session, int error)
{
	if (error)
		t->reception->trouble = *tcpmig_trouble(session);
	return error;
}

static int read_offer(struct taking *t, const struct head *head)
{
	uint32_t size = head->size - sizeof(t->offer);
	int timeout = t->reception->timeout_ms, error;

	if (head->size < sizeof(t->offer))
		return tell(t, "OFFER", -EPROTO);
	error = stream_read(t->stream, &t->offer, sizeof(t->offer), timeout);
	if (error)
		return tell(t, "OFFER", error);
	if (!t->offer.count || t->offer.count > t->reception->connections ||
	    size != t->offer.count * sizeof(struct offered))
		return tell(t, "OFFER", -EMSGSIZE);
	t->offered = malloc(size);
	if (!t->offered)
		return tell(t, "OFFER", -ENOMEM);
	return tell(t, "OFFER", stream_read(t->stream, t->offered, size, timeout));
}

static int make_arrival(struct taking *t)
{
	struct tcpmig_arrival *a = t->arrival;
	unsigned int count = t->offer.count;

	t->sessions = calloc(count, sizeof(struct tcpmig_session *));
	a->tuples = calloc(count, sizeof(*a->tuples));
	a->fds = calloc(count, sizeof(*a->fds));
	a->statuses = calloc(count, sizeof(*a->statuses));
	if (!t->sessions || !a->tuples || !a->fds || !a->statuses)
		return tell(t, "OFFER", -ENOMEM);
	a->count = count;
	for (unsigned int i = 0; i < count; i++) {
		a->tuples[i] = t->offered[i].tuple;
		a->fds[i] = -1;
	}
	return 0;
}

static int capture(struct taking *t)
{
	for (unsigned int i = 0; i < t->arrival->count; i++) {
		struct tcpmig_session **session = &t->sessions[i];
		int error = tell(t, TCPMIG_DEVICE, tcpmig_open(session));

		/* In CLOSE it has no segments. */
		if (!error && t->offered[i].state != STATE_CLOSE)
			error = tell_of(t, *session, tcpmig_capture(*session, &t->offered[i].tuple));
		if (error)
			return error;
	}
	return 0;
}

static int build_from_copy(struct taking *t, unsigned int index, const struct head *head)
{
	struct tcpmig_state state = { .size = head->size };
	int error = tell(t, "STATE", wire_body(t->stream, head, &state.bytes, t->reception->timeout_ms));

	error = error ?: tell_of(t, t->sessions[index], tcpmig_set(t->sessions[index], &state, &t->arrival->fds[index]));
	tcpmig_state_free(&state);
	return error;
}

static int build(struct taking *t, unsigned int index)
{
	uint64_t left = t->reception->state_bytes - t->arrival->state_bytes;
	int *fd = &t->arrival->fds[index], timeout = t->reception->timeout_ms;
	struct tcpmig_session *session = t->sessions[index];
	struct head head;
	int error = wire_head(t->stream, &head, left < TCPMIG_STATE_MAX ? left : TCPMIG_STATE_MAX, timeout);

	if (!error && head.message != MESSAGE_STATE)
		error = -EPROTO;
	if (error)
		return tell(t, "STATE", error == 1 ? -EPIPE : error);
	t->arrival->state_bytes += head.size;
	if (!direct_possible(t->stream))
		return build_from_copy(t, index, &head);
	return tell_of(t, session, direct_receive(session, t->stream, head.size, timeout, fd));
}

static int read_application(struct taking *t)
{
	int timeout = t->reception->timeout_ms;
	struct head head;
	int error = wire_head(t->stream, &head, t->reception->application_bytes, timeout);

	if (!error && head.message != MESSAGE_APPLICATION)
		error = -EPROTO;
	error = error ?: wire_body(t->stream, &head, &t->arrival->application, timeout);
	if (!error)
		t->arrival->application_size = head.size;
	return tell(t, "APPLICATION", error == 1 ? -EPIPE : error);
}

static int prepare(struct taking *t)
{
	struct tcpmig_reception *r = t->reception;
	int error = make_arrival(t);

	error = error ?: capture(t);
	error = error ?: tell(t, "GRANTED", wire_put(t->stream, MESSAGE_GRANTED, NULL, 0, r->timeout_ms));
	for (unsigned int i = 0; !error && i < t->arrival->count; i++)
		error = build(t, i);
	error = error ?: read_application(t);
	if (!error && r->admit)
		error = tell(t, "the program", r->admit(t->arrival, r->context));
	return error;
}

/* The commit arrived, and nobody has been told otherwise. */
static int decide(struct taking *t)
{
	struct tcpmig_reception *r = t->reception;
	int error = tell(t, "BUILT", wire_put(t->stream, MESSAGE_BUILT, NULL, 0, r->timeout_ms));

	error = error ?: wire_expect(t->stream, MESSAGE_COMMIT, NULL, 0, r->timeout_ms, &r->trouble);
	if (!error && ledger_decide(r->ledger, t->offer.id, FATE_MOVED) != FATE_MOVED)
		error = tell(t, "COMMIT", -ECANCELED);
	return error;
}

static void resume(struct taking *t)
{
	struct tcpmig_arrival *a = t->arrival;

	tcpmig_activate_all(t->sessions, a->count);
	for (unsigned int i = 0; i < a->count; i++)
		tcpmig_status(t->sessions[i], &a->statuses[i]);
	/* If the origin does not hear of it, it asks. */
	wire_put(t->stream, MESSAGE_RESUMED, a->statuses, a->count * sizeof(*a->statuses), t->reception->timeout_ms);
}

/* The sessions have ended, and with them what was built: these closes say nothing to the peer. */
static void give_up(struct taking *t)
{
	for (unsigned int i = 0; i < t->arrival->count; i++)
		if (t->arrival->fds[i] >= 0)
			close(t->arrival->fds[i]);
	tcpmig_arrival_free(t->arrival);
}

static int take(struct taking *t, const struct head *head)
{
	struct tcpmig_reception *r = t->reception;
	int error = read_offer(t, head);

	if (!error && !ledger_begin(r->ledger, t->offer.id))
		error = tell(t, "ledger", -EBUSY);
	if (error) {
		wire_refuse(t->stream, &r->trouble, r->timeout_ms);
		return error;
	}
	error = prepare(t);
	if (error) {
		ledger_decide(r->ledger, t->offer.id, FATE_KEPT);
		wire_refuse(t->stream, &r->trouble, r->timeout_ms);
	} else {
		error = decide(t);
		if (error)
			ledger_decide(r->ledger, t->offer.id, FATE_KEPT);
	}
	if (!error)
		resume(t);
	if (t->sessions)
		tcpmig_close_all(t->sessions, t->arrival->count);
	if (error)
		give_up(t);
	return error ?: 1;
}

static int answer(struct taking *t, const struct head *head)
{
	uint8_t id[TCPMIG_PASS_ID];
	uint32_t fate;
	int error = head->size == sizeof(id) ? 0 : -EPROTO;

	error = error ?: stream_read(t->stream, id, sizeof(id), t->reception->timeout_ms);
	if (error)
		return tell(t, "ASK", error);
	/* Who asks has given the stream up: a COMMIT that is still on its way comes too late. */
	fate = t->reception->ledger ? ledger_decide(t->reception->ledger, id, FATE_KEPT) : FATE_UNKNOWN;
	return tell(t, "FATE", wire_put(t->stream, MESSAGE_FATE, &fate, sizeof(fate), t->reception->timeout_ms));
}

int tcpmig_receive(struct tcpmig_reception *reception, int stream, struct tcpmig_arrival *arrival)
{
	uint32_t most = sizeof(struct offer) + reception->connections * sizeof(struct offered);
	struct taking t = { .reception = reception, .stream = stream, .arrival = arrival };
	struct head head;
	int error;

	*arrival = (struct tcpmig_arrival){};
	reception->trouble = (struct tcpmig_trouble){};
	stream_hurry(stream);
	error = wire_head(stream, &head, most, reception->timeout_ms);
	if (error)
		return error == 1 ? 0 : tell(&t, "stream", error);
	if (head.message == MESSAGE_ASK)
		return answer(&t, &head);
	error = head.message == MESSAGE_OFFER ? take(&t, &head) : tell(&t, "stream", -EPROTO);
	free(t.offered);
	free(t.sessions);
	return error;
}

void tcpmig_arrival_free(struct tcpmig_arrival *arrival)
{
	free(arrival->tuples);
	free(arrival->fds);
	free(arrival->statuses);
	free(arrival->application);
	*arrival = (struct tcpmig_arrival){};
}

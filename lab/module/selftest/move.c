// SPDX-License-Identifier: GPL-2.0-only
/*
 * A move over the private wire, two phases (both nodes run the same build of this program):
 *
 *	origin                                  destination
 *	ATTACH; tuple                ------->   CAPTURE
 *	FREEZE, GET         <------- refusal
 *	state, offsets               ------->   SET
 *	COMMIT or ABORT     <------- errno
 *	decision                     ------->   ACTIVATE, or close
 */
#include "selftest.h"
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum decision { DECIDE_ABORT, DECIDE_COMMIT };

struct body {
	uint32_t size;
	struct stream stream;
};

static bool send_all(int fd, const void *data, size_t len)
{
	for (const char *at = data; len;) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		len -= n;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t len)
{
	return recv(fd, data, len, MSG_WAITALL) == (ssize_t)len;
}

static void say_move(const char *event, const char *status, const char *reason, int session, uint32_t size)
{
	struct tcpmig_status st = {};

	if (session >= 0)
		ioctl(session, TCPMIG_IOC_STATUS, &st);
	say(event,
	    "\"status\":\"%s\",\"reason\":\"%s\",\"state_bytes\":%u,\"freeze_ns\":%llu,\"activate_ns\":%llu,"
	    "\"captured\":%u,\"duplicates\":%u,\"reinjected\":%u,\"stale\":%u,\"dropped\":%u,"
	    "\"rcv_queue\":%u,\"ofo_queue\":%u,\"rtx_queue\":%u,\"write_queue\":%u",
	    status, reason, size, (unsigned long long)st.freeze_ns, (unsigned long long)st.activate_ns, st.captured,
	    st.duplicates, st.reinjected, st.stale, st.dropped, st.rcv_queue_bytes, st.ofo_queue_bytes,
	    st.rtx_queue_bytes, st.write_queue_bytes);
}

/* From FREEZE to the destination's answer. Its errno, or ours when it cannot be asked. */
static int hand_over(int session, int control, struct stream *s, uint32_t *size)
{
	struct body body = { .stream = *s };
	int32_t answer = EPIPE;
	void *data;

	if (ioctl(session, TCPMIG_IOC_FREEZE))
		return errno;
	data = state_get(session, size);
	if (!data)
		return errno;
	body.size = *size;
	body.stream.moves_left--;
	body.stream.moves++;
	if (!send_all(control, &body, sizeof(body)) || !send_all(control, data, *size) ||
	    !read_all(control, &answer, sizeof(answer)))
		answer = EPIPE;
	free(data);
	return answer;
}

static enum move_result decide(int session, int control, struct stream *s, int answer, uint32_t size)
{
	uint32_t decision = answer || s->aborts_left ? DECIDE_ABORT : DECIDE_COMMIT;

	if (decision == DECIDE_ABORT) {
		say_move("move", "aborted", answer ? strerror(answer) : "asked for", session, size);
		if (s->aborts_left)
			s->aborts_left--;
		ioctl(session, TCPMIG_IOC_ABORT);
		send_all(control, &decision, sizeof(decision));
		return MOVE_KEPT;
	}
	if (ioctl(session, TCPMIG_IOC_COMMIT))
		die("COMMIT");
	if (!send_all(control, &decision, sizeof(decision))) {
		say_move("move", "in-doubt", "the private wire is gone", session, size);
		return MOVE_LOST;
	}
	say_move("move", "ok", "", session, size);
	return MOVE_DONE;
}

enum move_result move_out(int fd, const struct options *o, struct stream *s)
{
	int control = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), session = session_open(), answer;
	struct tcpmig_attach a = { .fd = fd };
	enum move_result result = MOVE_KEPT;
	uint32_t refusal, size = 0;

	if (ioctl(session, TCPMIG_IOC_ATTACH, &a)) {
		say_move("move", "refused", refusal_name(a.refusal), -1, 0);
		s->moves_left = 0;
		goto out;
	}
	if (connect(control, (const struct sockaddr *)&o->to, sizeof(o->to)) ||
	    !send_all(control, &a.tuple, sizeof(a.tuple)) || !read_all(control, &refusal, sizeof(refusal))) {
		say_move("move", "refused", "no destination", -1, 0);
		goto out;
	}
	if (refusal) {
		say_move("move", "refused", refusal_name(refusal), -1, 0);
		s->moves_left = 0;
		goto out;
	}
	answer = hand_over(session, control, s, &size);
	result = decide(session, control, s, answer, size);
out:
	close(session);
	close(control);
	return result;
}

/* The new socket, or -1; *answer is what the origin is told. */
static int rebuild(int session, int control, struct body *body, int32_t *answer)
{
	struct tcpmig_buffer b = {};
	void *data;
	int fd = -1;

	if (!read_all(control, body, sizeof(*body)) || body->size > TCPMIG_STATE_MAX) {
		*answer = EPROTO;
		return -1;
	}
	data = malloc(body->size);
	b = (struct tcpmig_buffer){ .addr = (uintptr_t)data, .size = body->size, .fd = -1 };
	if (!data || !read_all(control, data, body->size))
		*answer = EPIPE;
	else if (ioctl(session, TCPMIG_IOC_SET, &b))
		*answer = errno;
	else
		fd = b.fd;
	if (b.refusal)
		say("set", "\"refusal\":\"%s\"", refusal_name(b.refusal));
	free(data);
	return fd;
}

int move_in(int control, struct stream *s)
{
	struct tcpmig_capture c = {};
	uint32_t decision = DECIDE_ABORT, refusal;
	int session = session_open(), fd = -1;
	struct body body = {};
	int32_t answer = 0;

	if (!read_all(control, &c.tuple, sizeof(c.tuple)))
		goto out;
	refusal = ioctl(session, TCPMIG_IOC_CAPTURE, &c) ? c.refusal ?: TCPMIG_CAPTURED : TCPMIG_OK;
	if (!send_all(control, &refusal, sizeof(refusal)) || refusal)
		goto out;
	fd = rebuild(session, control, &body, &answer);
	if (!send_all(control, &answer, sizeof(answer)) || !read_all(control, &decision, sizeof(decision)) ||
	    decision != DECIDE_COMMIT || fd < 0) {
		close(fd);
		fd = -1;
		goto out;
	}
	if (ioctl(session, TCPMIG_IOC_ACTIVATE))
		die("ACTIVATE");
	*s = body.stream;
	say_move("arrived", "ok", "", session, body.size);
out:
	close(session);
	return fd;
}

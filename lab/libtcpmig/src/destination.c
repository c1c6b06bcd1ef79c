// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "session.h"

static int capture(struct tcpmig_session *session, const struct tcpmig_tuple *tuple, uint32_t flags)
{
	struct tcpmig_capture c = { .tuple = *tuple, .flags = flags };
	int error = session_ioctl(session, TCPMIG_IOC_CAPTURE, &c);

	if (error)
		return session_fail(session, "CAPTURE", error, c.refusal);
	if (!flags)
		session->tuple = *tuple;
	return 0;
}

int tcpmig_check(struct tcpmig_session *session, const struct tcpmig_tuple *tuple)
{
	return capture(session, tuple, TCPMIG_CAPTURE_CHECK);
}

int tcpmig_capture(struct tcpmig_session *session, const struct tcpmig_tuple *tuple)
{
	return capture(session, tuple, 0);
}

int tcpmig_set(struct tcpmig_session *session, const struct tcpmig_state *state, int *fd)
{
	struct tcpmig_buffer buffer = { .addr = (uintptr_t)state->bytes, .size = state->size, .fd = -1 };
	int error = session_ioctl(session, TCPMIG_IOC_SET, &buffer);

	*fd = -1;
	if (error)
		return session_fail(session, "SET", error, buffer.refusal);
	*fd = buffer.fd;
	return 0;
}

int tcpmig_queue(struct tcpmig_session *session, int listener)
{
	int32_t fd = listener;

	return session_call(session, "QUEUE", TCPMIG_IOC_QUEUE, &fd);
}

int tcpmig_activate(struct tcpmig_session *session)
{
	return session_call(session, "ACTIVATE", TCPMIG_IOC_ACTIVATE, NULL);
}

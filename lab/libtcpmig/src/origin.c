// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "session.h"

/* Of states that fit, one GET is enough. */
#define FIRST_GUESS 65536u

static int attach(struct tcpmig_session *session, struct tcpmig_attach *attach)
{
	int error = session_ioctl(session, TCPMIG_IOC_ATTACH, attach);

	session->state = attach->state;
	if (error)
		return session_fail(session, "ATTACH", error, error == -EOPNOTSUPP ? attach->refusal : TCPMIG_OK);
	session->tuple = attach->tuple;
	return 0;
}

int tcpmig_attach(struct tcpmig_session *session, int fd)
{
	struct tcpmig_attach a = { .fd = fd };

	if (fd < 0)
		return session_fail(session, "ATTACH", -EBADF, TCPMIG_OK);
	return attach(session, &a);
}

/* The device keeps what it is attached to, so that our copy need not last. */
int tcpmig_attach_process(struct tcpmig_session *session, pid_t pid, int fd)
{
	int process = syscall(SYS_pidfd_open, pid, 0), copy, error;

	if (process < 0)
		return session_fail(session, "pidfd_open", -errno, TCPMIG_OK);
	copy = syscall(SYS_pidfd_getfd, process, fd, 0);
	error = -errno;
	close(process);
	if (copy < 0)
		return session_fail(session, "pidfd_getfd", error, TCPMIG_OK);
	error = tcpmig_attach(session, copy);
	close(copy);
	return error;
}

int tcpmig_attach_tuple(struct tcpmig_session *session, const struct tcpmig_tuple *tuple)
{
	struct tcpmig_attach a = { .fd = -1, .tuple = *tuple };

	return attach(session, &a);
}

int tcpmig_attach_waiting(struct tcpmig_session *session, int listener, unsigned int index)
{
	struct tcpmig_waiting waiting = { .fd = listener, .index = index };
	int error = session_ioctl(session, TCPMIG_IOC_WAITING, &waiting);

	session->state = waiting.state;
	if (error)
		return session_fail(session, "WAITING", error, error == -EOPNOTSUPP ? waiting.refusal : TCPMIG_OK);
	session->tuple = waiting.tuple;
	return 0;
}

int tcpmig_flush(struct tcpmig_session *session, unsigned int timeout_ms, uint32_t *left)
{
	struct tcpmig_flush flush = { .timeout_ms = timeout_ms };
	int error = session_call(session, "FLUSH", TCPMIG_IOC_FLUSH, &flush);

	if (left)
		*left = flush.left;
	return error;
}

static int window(struct tcpmig_session *session, uint32_t closed)
{
	return session_call(session, "WINDOW", TCPMIG_IOC_WINDOW, &closed);
}

int tcpmig_window_close(struct tcpmig_session *session)
{
	return window(session, 1);
}

int tcpmig_window_open(struct tcpmig_session *session)
{
	return window(session, 0);
}

int tcpmig_freeze(struct tcpmig_session *session)
{
	return session_call(session, "FREEZE", TCPMIG_IOC_FREEZE, NULL);
}

int tcpmig_get(struct tcpmig_session *session, struct tcpmig_state *state)
{
	struct tcpmig_buffer buffer = { .size = FIRST_GUESS };
	int error;

	*state = (struct tcpmig_state){};
	for (;;) {
		void *bytes = malloc(buffer.size);

		if (!bytes)
			return session_fail(session, "GET", -ENOMEM, TCPMIG_OK);
		buffer.addr = (uintptr_t)bytes;
		error = session_ioctl(session, TCPMIG_IOC_GET, &buffer);
		if (!error) {
			*state = (struct tcpmig_state){ .bytes = bytes, .size = buffer.size };
			return 0;
		}
		free(bytes);
		if (error != -EMSGSIZE)
			return session_fail(session, "GET", error, TCPMIG_OK);
	}
}

int tcpmig_hold(struct tcpmig_session *session)
{
	return session_call(session, "HOLD", TCPMIG_IOC_HOLD, NULL);
}

int tcpmig_commit(struct tcpmig_session *session)
{
	return session_call(session, "COMMIT", TCPMIG_IOC_COMMIT, NULL);
}

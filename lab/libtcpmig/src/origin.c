// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
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

/* The session takes `copy` over, whatever becomes of it. */
static int attach_copy(struct tcpmig_session *session, int copy)
{
	struct tcpmig_attach a = { .fd = copy };

	session_forget_socket(session);
	session->socket = copy;
	return attach(session, &a);
}

int tcpmig_attach(struct tcpmig_session *session, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return session_fail(session, "ATTACH", -errno, TCPMIG_OK);
	return attach_copy(session, copy);
}

int tcpmig_attach_process(struct tcpmig_session *session, pid_t pid, int fd)
{
	int process = syscall(SYS_pidfd_open, pid, 0), copy, error;

	if (process < 0)
		return session_fail(session, "pidfd_open", -errno, TCPMIG_OK);
	copy = syscall(SYS_pidfd_getfd, process, fd, 0);
	error = -errno;
	close(process);
	return copy < 0 ? session_fail(session, "pidfd_getfd", error, TCPMIG_OK) : attach_copy(session, copy);
}

int tcpmig_attach_tuple(struct tcpmig_session *session, const struct tcpmig_tuple *tuple)
{
	struct tcpmig_attach a = { .fd = -1, .tuple = *tuple };

	session_forget_socket(session);
	return attach(session, &a);
}

int tcpmig_attach_waiting(struct tcpmig_session *session, int listener, unsigned int index)
{
	struct tcpmig_waiting waiting = { .fd = listener, .index = index };
	int error = session_ioctl(session, TCPMIG_IOC_WAITING, &waiting);

	session_forget_socket(session);
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

/* In repair mode the last close of a socket is silent (tcp_close in net/ipv4/tcp.c); of a frozen one that is all it does. */
int tcpmig_hold(struct tcpmig_session *session)
{
	struct tcpmig_status status;
	socklen_t size = sizeof(session->reuse);
	const int on = 1;
	int error = tcpmig_status(session, &status);

	if (error)
		return error;
	if (session->socket < 0 || !status.freeze_ns)
		return session_fail(session, "hold", -EBADFD, TCPMIG_OK);
	if (getsockopt(session->socket, SOL_SOCKET, SO_REUSEADDR, &session->reuse, &size) ||
	    setsockopt(session->socket, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
		return session_fail(session, "hold", -errno, TCPMIG_OK);
	session->held = true;
	return 0;
}

/* Before the connection goes on. */
static void let_go(struct tcpmig_session *session)
{
	const int off = TCP_REPAIR_OFF_NO_WP;

	if (!session->held)
		return;
	setsockopt(session->socket, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
	setsockopt(session->socket, SOL_SOCKET, SO_REUSEADDR, &session->reuse, sizeof(session->reuse));
	session->held = false;
}

int tcpmig_commit(struct tcpmig_session *session)
{
	int error = session_call(session, "COMMIT", TCPMIG_IOC_COMMIT, NULL);

	if (!error)
		session_forget_socket(session);
	return error;
}

int tcpmig_abort(struct tcpmig_session *session)
{
	int error;

	let_go(session);
	error = session_call(session, "ABORT", TCPMIG_IOC_ABORT, NULL);
	session_forget_socket(session);
	return error;
}

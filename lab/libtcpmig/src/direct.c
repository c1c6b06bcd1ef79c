// SPDX-License-Identifier: GPL-2.0-only
/* States from kernel to kernel: the device writes and reads the stream itself. */
#include "direct.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "session.h"
#include "state.h"
#include "stream.h"

bool direct_possible(int stream)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(stream, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

int direct_size(struct tcpmig_session *session, uint32_t *size)
{
	struct tcpmig_buffer none = {};
	int error = session_ioctl(session, TCPMIG_IOC_GET, &none);

	*size = none.size;
	return error == -EMSGSIZE ? 0 : session_fail(session, "GET", error, TCPMIG_OK);
}

/* One call of the device's, which waits for at most timeout_ms at a time. */
static int call(struct tcpmig_session *session, unsigned long request, struct tcpmig_stream *stream, int option,
		int timeout_ms)
{
	struct timeval before, during = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	socklen_t size = sizeof(before);
	int error;

	/* Of no time at all the socket would make for ever. */
	if (timeout_ms < 0)
		during = (struct timeval){};
	else if (!timeout_ms)
		during.tv_usec = 1;
	if (getsockopt(stream->stream, SOL_SOCKET, option, &before, &size) ||
	    setsockopt(stream->stream, SOL_SOCKET, option, &during, sizeof(during)))
		return -errno;
	error = session_ioctl(session, request, stream);
	setsockopt(stream->stream, SOL_SOCKET, option, &before, sizeof(before));
	return error == -EAGAIN ? -ETIMEDOUT : error == -ECONNRESET ? -EPIPE : error;
}

int direct_send(struct tcpmig_session *session, int stream, int timeout_ms)
{
	struct tcpmig_stream s = { .stream = stream };
	int error = call(session, TCPMIG_IOC_SEND, &s, SO_SNDTIMEO, timeout_ms);

	return error ? session_fail(session, "SEND", error, TCPMIG_OK) : 0;
}

int direct_receive(struct tcpmig_session *session, int stream, uint32_t size, int timeout_ms, int *fd)
{
	struct tcpmig_stream s = { .stream = stream, .size = size, .fd = -1 };
	int error = call(session, TCPMIG_IOC_RECEIVE, &s, SO_RCVTIMEO, timeout_ms);

	*fd = -1;
	if (error)
		return session_fail(session, "RECEIVE", error, s.refusal);
	*fd = s.fd;
	return 0;
}

int tcpmig_get_to(struct tcpmig_session *session, int stream, int timeout_ms)
{
	struct record record;
	uint32_t size;
	int error;

	if (!direct_possible(stream))
		return session_fail(session, "SEND", -ENOTSOCK, TCPMIG_OK);
	error = direct_size(session, &size);
	if (error)
		return error;
	record_make(&record, size);
	error = stream_write(stream, &record, sizeof(record), timeout_ms);
	return error ? session_fail(session, "SEND", error, TCPMIG_OK) : direct_send(session, stream, timeout_ms);
}

int tcpmig_set_from(struct tcpmig_session *session, int stream, uint32_t limit, int timeout_ms, int *fd)
{
	struct record record;
	int error = direct_possible(stream) ? stream_read(stream, &record, sizeof(record), timeout_ms) : -ENOTSOCK;

	*fd = -1;
	error = error ?: record_judge(&record, limit);
	return error ? session_fail(session, "RECEIVE", error, TCPMIG_OK) :
		       direct_receive(session, stream, record.size, timeout_ms, fd);
}

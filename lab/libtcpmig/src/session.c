// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int session_ioctl(struct tcpmig_session *session, unsigned long request, void *argument)
{
	return ioctl(session->fd, request, argument) ? -errno : 0;
}

int session_fail(struct tcpmig_session *session, const char *step, int error, uint32_t refusal)
{
	return trouble_tell(&session->trouble, step, error, refusal);
}

int session_call(struct tcpmig_session *session, const char *step, unsigned long request, void *argument)
{
	int error = session_ioctl(session, request, argument);

	return error ? session_fail(session, step, error, TCPMIG_OK) : 0;
}

int tcpmig_open(struct tcpmig_session **session)
{
	struct tcpmig_session *made = calloc(1, sizeof(*made));
	int error;

	*session = NULL;
	if (!made)
		return -ENOMEM;
	made->fd = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (made->fd < 0) {
		error = -errno;
		free(made);
		return error;
	}
	*session = made;
	return 0;
}

void tcpmig_close(struct tcpmig_session *session)
{
	if (!session)
		return;
	close(session->fd);
	free(session);
}

const struct tcpmig_trouble *tcpmig_trouble(const struct tcpmig_session *session)
{
	return &session->trouble;
}

const struct tcpmig_tuple *tcpmig_session_tuple(const struct tcpmig_session *session)
{
	return &session->tuple;
}

uint32_t tcpmig_session_state(const struct tcpmig_session *session)
{
	return session->state;
}

int tcpmig_status(struct tcpmig_session *session, struct tcpmig_status *status)
{
	return session_call(session, "STATUS", TCPMIG_IOC_STATUS, status);
}

int tcpmig_abort(struct tcpmig_session *session)
{
	return session_call(session, "ABORT", TCPMIG_IOC_ABORT, NULL);
}

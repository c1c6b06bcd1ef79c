// SPDX-License-Identifier: GPL-2.0-only
/* A connection's state in a file: frozen, read, and taken back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "selftest.h"
#include "session.h"

static bool write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, data, size) == (ssize_t)size;

	close(fd);
	return good;
}

static void say_saved(int session, uint32_t size)
{
	struct tcpmig_status st = {};

	ioctl(session, TCPMIG_IOC_STATUS, &st);
	say("saved", "\"state_bytes\":%u,\"rcv_queue\":%u,\"rtx_queue\":%u,\"write_queue\":%u", size, st.rcv_queue_bytes,
	    st.rtx_queue_bytes, st.write_queue_bytes);
}

bool snapshot(int fd, const char *path)
{
	struct tcpmig_attach a = { .fd = fd };
	int session = session_open();
	void *data = NULL;
	uint32_t size = 0;
	bool good = false;

	if (!ioctl(session, TCPMIG_IOC_ATTACH, &a) && !ioctl(session, TCPMIG_IOC_FREEZE) &&
	    (data = state_get(session, &size)))
		good = write_file(path, data, size) && !ioctl(session, TCPMIG_IOC_ABORT);
	if (good)
		say_saved(session, size);
	free(data);
	close(session);
	return good;
}

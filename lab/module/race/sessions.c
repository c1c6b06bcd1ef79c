// SPDX-License-Identifier: GPL-2.0-only
/* Sessions that several threads use at once, in any order of calls; captures; the counters. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "race.h"

static atomic_int sessions[SESSIONS] = { [0 ... SESSIONS - 1] = -1 };

/* The room is large enough for every call's argument; what GET and SET point to is not there. */
void share_one(struct dice *d)
{
	static const unsigned int calls[] = {
		TCPMIG_IOC_FREEZE, TCPMIG_IOC_GET, TCPMIG_IOC_COMMIT, TCPMIG_IOC_ABORT, TCPMIG_IOC_SET, TCPMIG_IOC_ACTIVATE,
		TCPMIG_IOC_STATUS, TCPMIG_IOC_FLUSH, TCPMIG_IOC_WINDOW,
	};
	atomic_int *session = &sessions[dice_below(d, SESSIONS)];
	struct slot *s = any_slot(d);
	union {
		struct tcpmig_attach attach;
		struct tcpmig_capture capture;
		struct tcpmig_status status;
		uint32_t word;
	} arg = {};
	unsigned int which = dice_below(d, 16);

	if (!which) {
		int old = atomic_exchange(session, open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC));

		if (old >= 0)
			close(old);
	} else if (which < 6) {
		arg.attach.fd = atomic_load(&s->near);
		if (!ioctl(atomic_load(session), TCPMIG_IOC_ATTACH, &arg.attach))
			did(shared);
	} else if (which == 6 && tuple_of(atomic_load(&s->near), &arg.capture.tuple)) {
		ioctl(atomic_load(session), TCPMIG_IOC_CAPTURE, &arg.capture);
	} else {
		ioctl(atomic_load(session), calls[dice_below(d, sizeof(calls) / sizeof(*calls))], &arg);
	}
}

/* A tuple that nobody has, next to one that somebody has. */
void capture_one(struct dice *d)
{
	struct tcpmig_capture c = {};
	struct tcpmig_status status;
	int session;

	if (!tuple_of(atomic_load(&any_slot(d)->near), &c.tuple))
		return;
	if (!dice_one_in(d, 4))
		c.tuple.rport += 1 + dice_below(d, 100);
	session = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (!ioctl(session, TCPMIG_IOC_CAPTURE, &c))
		did(captured);
	if (!ioctl(session, TCPMIG_IOC_STATUS, &status))
		did(status);
	close(session);
}

void read_one(struct dice *d)
{
	char text[8192];
	int fd = open("/proc/1/net/tcpmig", O_RDONLY | O_CLOEXEC);

	if (read(fd, text, 1 + dice_below(d, sizeof(text) - 1)) > 0)
		did(counters);
	close(fd);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "selftest.h"

static const char *const refusals[] = TCPMIG_REFUSED_NAMES;

int session_open(void)
{
	int fd = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(TCPMIG_DEVICE);
	return fd;
}

const char *refusal_name(uint32_t refusal)
{
	return refusal < __TCPMIG_REFUSAL_MAX ? refusals[refusal] : "unknown";
}

void *state_get(int session, uint32_t *size)
{
	struct tcpmig_buffer b = { .size = 1 << 16 };

	for (;;) {
		void *data = malloc(b.size);

		b.addr = (uintptr_t)data;
		if (!ioctl(session, TCPMIG_IOC_GET, &b)) {
			*size = b.size;
			return data;
		}
		free(data);
		if (errno != EMSGSIZE)
			return NULL;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a session is, within the library. */
#ifndef LIBTCPMIG_SESSION_H
#define LIBTCPMIG_SESSION_H

#include "libtcpmig.h"

struct tcpmig_session {
	int fd;                      /* of /dev/tcpmig */
	uint32_t state;
	struct tcpmig_tuple tuple;
	struct tcpmig_trouble trouble;
};

/* ioctl(2); 0 or a negative errno, which is left to the caller to tell of. */
int session_ioctl(struct tcpmig_session *session, unsigned long request, void *argument);
/* Remembers why `step` failed; returns the error. */
int session_fail(struct tcpmig_session *session, const char *step, int error, uint32_t refusal);
/* An ioctl that refuses nothing by name. */
int session_call(struct tcpmig_session *session, const char *step, unsigned long request, void *argument);

/* trouble.c: fills *trouble; returns the error. `trouble` may be NULL. */
int trouble_tell(struct tcpmig_trouble *trouble, const char *step, int error, uint32_t refusal);

#endif

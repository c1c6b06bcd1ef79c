// SPDX-License-Identifier: GPL-2.0-only
/* Several connections that move together: all or none. */
#include <stdlib.h>

#include "libtcpmig.h"

static int fail(unsigned int at, unsigned int *failed, int error)
{
	if (failed)
		*failed = at;
	return error;
}

int tcpmig_freeze_all(struct tcpmig_session *const sessions[], unsigned int count, unsigned int *failed)
{
	for (unsigned int i = 0; i < count; i++) {
		int error = tcpmig_freeze(sessions[i]);

		if (!error)
			continue;
		tcpmig_abort_all(sessions, i);
		return fail(i, failed, error);
	}
	return 0;
}

int tcpmig_get_all(struct tcpmig_session *const sessions[], unsigned int count, struct tcpmig_state states[],
		   unsigned int *failed)
{
	for (unsigned int i = 0; i < count; i++) {
		int error = tcpmig_get(sessions[i], &states[i]);

		if (!error)
			continue;
		for (unsigned int j = 0; j < i; j++)
			tcpmig_state_free(&states[j]);
		return fail(i, failed, error);
	}
	return 0;
}

int tcpmig_hold_all(struct tcpmig_session *const sessions[], unsigned int count, unsigned int *failed)
{
	for (unsigned int i = 0; i < count; i++) {
		int error = tcpmig_hold(sessions[i]);

		if (error)
			return fail(i, failed, error);
	}
	return 0;
}

static int all(struct tcpmig_session *const sessions[], unsigned int count, int (*call)(struct tcpmig_session *))
{
	int first = 0;

	for (unsigned int i = 0; i < count; i++) {
		int error = call(sessions[i]);

		first = first ?: error;
	}
	return first;
}

int tcpmig_commit_all(struct tcpmig_session *const sessions[], unsigned int count)
{
	return all(sessions, count, tcpmig_commit);
}

int tcpmig_activate_all(struct tcpmig_session *const sessions[], unsigned int count)
{
	return all(sessions, count, tcpmig_activate);
}

void tcpmig_abort_all(struct tcpmig_session *const sessions[], unsigned int count)
{
	all(sessions, count, tcpmig_abort);
}

void tcpmig_close_all(struct tcpmig_session *const sessions[], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		tcpmig_close(sessions[i]);
}

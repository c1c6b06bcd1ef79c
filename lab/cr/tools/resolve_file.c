// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "resolve_file.h"
#include "say.h"

/* The writer's lock on FILE.partial goes with it to FILE. */
static int writer_at_work(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), busy = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return busy;
}

void follow_file(struct resolution *resolution, int fd, int held)
{
	struct cr_word word = { .type = CR_WORD_END, .fate = CR_FATE_MOVED };
	const char *path = resolution->ledger.other;
	char partial[sizeof(resolution->ledger.other) + 8];
	int error;

	snprintf(partial, sizeof(partial), "%s.partial", path);
	if (writer_at_work(path) || writer_at_work(partial)) {
		snprintf(resolution->reason, sizeof(resolution->reason), "cr_checkpoint is writing %.100s", path);
		return;
	}
	if (!held) {
		ledger_write(fd, access(path, F_OK) && rename(partial, path) ? CR_FATE_LOST : CR_FATE_MOVED);
		return;
	}
	if (access(path, F_OK)) {
		unlink(partial);
		word = (struct cr_word){ .type = CR_WORD_GO_ON };
	}
	error = say_word(CR_ORIGIN, resolution->ledger.id, &word, -1);
	if (error)
		snprintf(resolution->reason, sizeof(resolution->reason), "process %d does not listen: %s",
			 resolution->ledger.pid, strerror(-error));
}

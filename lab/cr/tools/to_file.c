// SPDX-License-Identifier: GPL-2.0-only
/* The process ends here and is whole in a file; no machine captures what its peers send meanwhile. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "address.h"
#include "machine.h"
#include "preflight.h"
#include "settle.h"
#include "store.h"
#include "to_file.h"

/* There is no destination yet to compare with: CR_PREPARE tells the program's clocks themselves. */
static int begin(struct target *target, const struct handover *handover, struct image_file *file)
{
	struct cr_clocks clocks;
	struct cr_record *prepare;
	int bad;

	machine_clocks(&clocks);
	clocks.monotonic_ns += target->offset.monotonic_ns;
	clocks.boottime_ns += target->offset.boottime_ns;
	prepare = prepare_record(target, handover, &clocks);
	bad = !prepare || image_file_put(file, prepare, sizeof(*prepare) + prepare->size);
	free(prepare);
	return bad;
}

static int open_stream(struct target *target, struct channel *leader, struct channel *here, int timeout_s)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return target_refuse(target, "stream: %s", strerror(errno));
	stream_deadline(ends[0], timeout_s);
	stream_deadline(ends[1], timeout_s + GRACE_S);
	leader->fd = ends[0];
	here->fd = ends[1];
	return 0;
}

/* The leader answers for itself what became of the process; in doubt the file's name tells. */
static const char *run(struct migration *migration, struct store *kept, int doubt_s)
{
	struct handover *handover = &migration->handover;
	struct channel leader = { .fd = -1 };

	if (open_stream(migration->target, &leader, &kept->channel, handover->timeout_s) ||
	    hand_over_begin(migration->target, &leader, handover))
		return "aborted";
	kept->fault = handover->fault;
	store(kept);
	close(kept->channel.fd);
	close(kept->file.fd); /* and with it the writer's lock: it writes no more */
	kept->file.fd = -1;
	return settle(migration, NULL, doubt_s);
}

const char *checkpoint_to_file(struct migration *migration, int doubt_s)
{
	static struct store kept;
	int begun = !image_file_create(&kept.file, migration->file);
	const char *status = begun && !begin(migration->target, &migration->handover, &kept.file) ?
				     run(migration, &kept, doubt_s) : "refused";

	if (begun && (!strcmp(status, "refused") || !strcmp(status, "aborted")))
		image_file_discard(&kept.file);
	/* what the leader says of a stream that ended is only the consequence */
	if (!strncmp(kept.file.reason, "file:", 5) && strcmp(status, "ok"))
		snprintf(migration->target->reason, sizeof(migration->target->reason), "%s", kept.file.reason);
	return status;
}

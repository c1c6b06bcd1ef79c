// SPDX-License-Identifier: GPL-2.0-only
/* The process ends here and is whole in a file; no machine captures what its peers send meanwhile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "address.h"
#include "machine.h"
#include "preflight.h"
#include "store.h"
#include "to_file.h"

/* The leader's deadline comes first. */
#define GRACE_S 5

/* There is no destination yet to compare with: CR_PREPARE tells the program's clocks themselves. */
static int begin(struct target *target, struct image_file *file, int timeout_s)
{
	struct cr_clocks clocks;
	struct cr_record *prepare;
	int bad;

	machine_clocks(&clocks);
	clocks.monotonic_ns += target->offset.monotonic_ns;
	clocks.boottime_ns += target->offset.boottime_ns;
	prepare = prepare_record(target, timeout_s, &clocks);
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

static enum cr_outcome run(struct migration *migration, struct store *kept, int timeout_s)
{
	struct channel leader = { .fd = -1 };
	int failed;

	if (open_stream(migration->target, &leader, &kept->channel, timeout_s) ||
	    hand_over_begin(migration->target, &leader, timeout_s, &migration->handover))
		return CR_ABORTED;
	failed = store(kept);
	close(kept->channel.fd);
	if (hand_over_end(migration->target, timeout_s, &migration->handover))
		return kept->prepared ? CR_IN_DOUBT : CR_ABORTED;
	return failed && migration->handover.report.outcome == CR_MOVED ? CR_IN_DOUBT :
									  migration->handover.report.outcome;
}

const char *checkpoint_to_file(struct migration *migration, int timeout_s)
{
	static const char *const names[] = { [CR_MOVED] = "ok", [CR_ABORTED] = "aborted", [CR_IN_DOUBT] = "in-doubt" };
	static struct store kept;
	enum cr_outcome outcome = CR_ABORTED;
	int begun = !image_file_create(&kept.file, migration->file);
	int refused = !begun || begin(migration->target, &kept.file, timeout_s);

	if (!refused)
		outcome = run(migration, &kept, timeout_s);
	if (begun && outcome == CR_ABORTED)
		image_file_discard(&kept.file);
	/* what the leader says of a stream that ended is only the consequence */
	if (!strncmp(kept.file.reason, "file:", 5))
		target_refuse(migration->target, "%s", kept.file.reason);
	return refused ? "refused" : names[outcome];
}

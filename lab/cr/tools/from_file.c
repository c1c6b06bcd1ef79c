// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "address.h"
#include "from_file.h"
#include "json.h"
#include "machine.h"
#include "make_process.h"
#include "replay.h"

#define DEADLINE_S 60  /* for one step of the new process */

struct restarted {
	const char *path, *status, *reason;
	const struct cr_prepare *prepare;
	struct tcpmig_status *statuses;
	uint32_t connections;
};

static void print(const struct restarted *restarted)
{
	struct cr_clocks now;

	machine_clocks(&now);
	printf("{\"event\":\"restart\",\"t_ns\":%lld,\"pid\":%d,\"threads\":%u,\"file\":", (long long)now.monotonic_ns,
	       restarted->prepare ? restarted->prepare->pid : 0, restarted->prepare ? restarted->prepare->threads : 0);
	json_text(restarted->path);
	printf(",\"status\":\"%s\",\"reason\":", restarted->status);
	json_text(restarted->reason);
	printf(",\"connections\":[");
	for (uint32_t i = 0; i < restarted->connections; i++) {
		printf(i ? ",{" : "{");
		json_capture(&restarted->statuses[i]);
		putchar('}');
	}
	printf("]}\n");
	fflush(stdout);
}

static void refuse(struct restarted *restarted, const char *reason)
{
	restarted->status = "refused";
	restarted->reason = reason;
	print(restarted);
	fprintf(stderr, "cr_restart: refused: %s\n", reason);
	exit(EXIT_FAILURE);
}

/* The program's clocks stood still in the file: they go on from there, whatever this machine's say. */
static int continue_clocks(struct admission *admission)
{
	struct cr_clocks *offset = &admission->prepare->offset, now;

	if (offset->monotonic_ns < 0 || offset->monotonic_ns > INT64_MAX / 4 || offset->boottime_ns < 0 ||
	    offset->boottime_ns > INT64_MAX / 4)
		return refuse_admission(admission, "clocks: out of range");
	machine_clocks(&now);
	offset->monotonic_ns -= now.monotonic_ns;
	offset->boottime_ns -= now.boottime_ns;
	return 0;
}

/* The descriptor that this program keeps, the process's is closed; or -1 with the reason set. */
static int begin_process(struct image_file *file, struct admission *admission)
{
	struct channel records = { .fd = file->fd };
	int ends[2], bad;

	if (admit(&records, admission))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return refuse_admission(admission, "stream: %s", strerror(errno));
	stream_deadline(ends[0], DEADLINE_S);
	stream_deadline(ends[1], DEADLINE_S);
	bad = continue_clocks(admission) || make_process(admission, ends[1], -1);
	close(ends[1]);
	return bad ? -1 : ends[0];
}

void restart_from_file(const char *path)
{
	struct restarted restarted = { .path = path, .status = "ok", .reason = "" };
	struct channel process = { .fd = -1 };
	struct admission admission = { 0 };
	static struct image_file file;

	if (image_file_open(&file, path))
		refuse(&restarted, file.reason);
	process.fd = begin_process(&file, &admission);
	restarted.prepare = admission.prepare;
	if (process.fd < 0)
		refuse(&restarted, admission.reason);
	if (replay(&file, &process, &restarted.statuses, &restarted.connections)) {
		restarted.status = "failed";
		restarted.reason = file.reason;
		fprintf(stderr, "cr_restart: failed: %s\n", file.reason);
	}
	close(process.fd);
	print(&restarted);
	end_as(await_child(admission.prepare->pid));
}

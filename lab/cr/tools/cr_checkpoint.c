// SPDX-License-Identifier: GPL-2.0-only
/* cr_checkpoint: moves a running process to another machine, or into a file (paper 2.1 and 4.1). */
#include <errno.h>
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "authenticate.h"
#include "machine.h"
#include "migration.h"
#include "preflight.h"
#include "to_file.h"

#define EXIT_IN_DOUBT 2
#define CONNECT_S 5

static const char help[] =
	"usage: cr_checkpoint --to HOST[:PORT] --secret-file FILE [--timeout SECONDS] PID\n"
	"       cr_checkpoint -f FILE [--timeout SECONDS] PID\n"
	"\n"
	"Moves process PID, started by cr_run, to the cr_receiver on HOST, or into FILE, from which cr_restart -f continues\n"
	"it. What cannot be moved is refused by name while the process runs; any failure before the hand-over lets it go\n"
	"on here. --timeout (30) is the longest it may be frozen. FILE (-f, --file) must not exist; it is written as\n"
	"FILE.partial and gets its name when it is whole and the process has ended. Prints one JSON line. Exit code: 0 it\n"
	"runs on HOST or is in FILE; 1 refused or aborted, it runs here; 2 in doubt: the answer to the hand-over was lost,\n"
	"the process stays frozen here and its connections are gone from here; 64 usage.\n";

struct arguments {
	const char *to, *secret_file, *file;
	int timeout_s, pid;
};

static int number(const char *text, const char *what)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || end == text || value < 1 || value > 0x3fffffff)
		errx(EX_USAGE, "%s must be a positive number, not '%s'", what, text);
	return (int)value;
}

static struct arguments parse(int count, char **words)
{
	static const struct option options[] = { { "to", required_argument, 0, 'o' },
						 { "secret-file", required_argument, 0, 's' },
						 { "file", required_argument, 0, 'f' },
						 { "timeout", required_argument, 0, 't' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct arguments arguments = { .timeout_s = 30 };
	int option;

	while ((option = getopt_long(count, words, "f:", options, NULL)) != -1)
		switch (option) {
		case 'o': arguments.to = optarg; break;
		case 's': arguments.secret_file = optarg; break;
		case 'f': arguments.file = optarg; break;
		case 't': arguments.timeout_s = number(optarg, "--timeout"); break;
		case 'h': fputs(help, stdout); exit(0);
		default: exit(EX_USAGE);
		}
	if (!arguments.file == !arguments.to || !arguments.to != !arguments.secret_file || optind + 1 != count)
		errx(EX_USAGE, "either --to and --secret-file or -f, and one PID are needed (--help)");
	arguments.pid = number(words[optind], "PID");
	return arguments;
}

static int open_channel(struct channel *channel, struct target *target, const struct arguments *arguments,
			const struct secret *secret)
{
	struct sockaddr_in address = address_parse(arguments->to);
	int error;

	channel->fd = address_connect(&address, CONNECT_S);
	if (channel->fd < 0)
		return target_refuse(target, "destination: %s", strerror(errno));
	error = authenticate_sender(channel, secret);
	if (error)
		return target_refuse(target, "authentication: %s", strerror(-error));
	stream_deadline(channel->fd, arguments->timeout_s);
	return 0;
}

/* Its number stays taken until its parent has noticed; then the process may come back. */
static void await_end(const struct target *target)
{
	struct pollfd ended = { .fd = target->pidfd, .events = POLLIN };

	poll(&ended, 1, 5000);
}

static const char *move(struct migration *migration, const struct arguments *arguments, const struct secret *secret)
{
	struct target *target = migration->target;
	struct channel channel = { .fd = -1 };
	int refused = open_channel(&channel, target, arguments, secret) ||
		      preflight(&channel, target, arguments->timeout_s, &migration->offset);

	migration->bytes = channel.bytes;
	if (refused)
		return "refused";
	if (hand_over_begin(target, &channel, arguments->timeout_s, &migration->handover) ||
	    hand_over_end(target, arguments->timeout_s, &migration->handover))
		return "aborted";
	return migration->handover.report.outcome == CR_MOVED ? "ok" :
	       migration->handover.report.outcome == CR_IN_DOUBT ? "in-doubt" : "aborted";
}

static const char *migrate(struct migration *migration, const struct arguments *arguments, const struct secret *secret)
{
	struct target *target = migration->target;
	const char *status;

	target->pidfd = syscall(SYS_pidfd_open, target->pid, 0);
	if (target->pidfd < 0)
		target_refuse(target, "process: %d: %s", target->pid, strerror(errno));
	if (target->pidfd < 0 || target_inspect(target))
		return "refused";
	status = arguments->file ? checkpoint_to_file(migration, arguments->timeout_s) :
				   move(migration, arguments, secret);
	if (!strcmp(status, "ok"))
		await_end(target);
	return status;
}

static int64_t machine_ns(void)
{
	struct cr_clocks now;

	machine_clocks(&now);
	return now.monotonic_ns;
}

static void explain(const struct migration *migration)
{
	const char *reason = migration_reason(migration);
	const char *where = migration->file ? migration->file : migration->to;

	if (!strcmp(migration->status, "ok"))
		fprintf(stderr, "cr_checkpoint: process %d %s %s\n", migration->target->pid,
			migration->file ? "is in" : "runs on", where);
	else if (!strcmp(migration->status, "in-doubt"))
		fprintf(stderr, "cr_checkpoint: in doubt: %s; process %d stays frozen here. If it %s %s, kill -KILL it here.\n",
			reason, migration->target->pid, migration->file ? "is in" : "runs on", where);
	else
		fprintf(stderr, "cr_checkpoint: %s: %s; process %d goes on here\n", migration->status, reason,
			migration->target->pid);
}

int main(int count, char **words)
{
	struct arguments arguments = parse(count, words);
	struct target target = { .pid = arguments.pid };
	struct migration migration = { .to = arguments.to, .file = arguments.file, .target = &target };
	static struct secret secret;

	if (arguments.secret_file)
		secret_read(&secret, arguments.secret_file);
	migration.begin_ns = machine_ns();
	migration.status = migrate(&migration, &arguments, &secret);
	migration.end_ns = machine_ns();
	migration_print(&migration);
	explain(&migration);
	if (!strcmp(migration.status, "ok"))
		return 0;
	return strcmp(migration.status, "in-doubt") ? EXIT_FAILURE : EXIT_IN_DOUBT;
}

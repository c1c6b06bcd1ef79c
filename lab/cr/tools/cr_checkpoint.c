// SPDX-License-Identifier: GPL-2.0-only
/* cr_checkpoint: moves a running process to another machine, or into a file (paper 2.1 and 4.1). */
#include <errno.h>
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "authenticate.h"
#include "fault.h"
#include "ledger.h"
#include "machine.h"
#include "migration.h"
#include "preflight.h"
#include "settle.h"
#include "to_file.h"

#define EXIT_IN_DOUBT 2
#define EXIT_LOST 3
#define CONNECT_S 5

static const char help[] =
	"usage: cr_checkpoint --to HOST[:PORT] --secret-file FILE [--timeout SECONDS] [--doubt SECONDS] PID\n"
	"       cr_checkpoint -f FILE [--timeout SECONDS] PID\n"
	"\n"
	"Moves process PID, started by cr_run, to the cr_receiver on HOST, or into FILE, from which cr_restart -f continues\n"
	"it. What cannot be moved is refused by name while the process runs; any failure before the hand-over lets it go\n"
	"on here. --timeout (30) is the longest it may be frozen. FILE (-f, --file) must not exist; it is written as\n"
	"FILE.partial and gets its name when it is whole and the process has ended. If the answer to the hand-over is lost,\n"
	"HOST is asked what became of it, for --doubt (60) seconds; then cr_resolve ends the doubt. Prints one JSON line.\n"
	"Exit code: 0 it runs on HOST or is in FILE; 1 refused or aborted, it runs here; 2 in doubt, it is frozen here; 3 lost:\n"
	"it runs nowhere; 64 usage.\n"
	"\n"
	"--fault kill@STEP or stop@STEP is for tests: tool, process or its copy dies, or stops until SIGCONT, at that step:\n"
	"tool-ready tool-handed tool-doubt tool-prepared tool-published (both with -f) origin-image origin-sent origin-decided origin-committed origin-doubt\n"
	"origin-resumed destination-captured destination-built destination-prepared destination-told destination-moved\n"
	"destination-active. Several with commas between them.\n";

struct arguments {
	const char *to, *secret_file, *file, *fault;
	int timeout_s, doubt_s, pid;
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
						 { "doubt", required_argument, 0, 'd' },
						 { "fault", required_argument, 0, 'x' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct arguments arguments = { .timeout_s = 30, .doubt_s = 60, .fault = "" };
	int option;

	while ((option = getopt_long(count, words, "f:", options, NULL)) != -1)
		switch (option) {
		case 'o': arguments.to = optarg; break;
		case 's': arguments.secret_file = optarg; break;
		case 'f': arguments.file = optarg; break;
		case 't': arguments.timeout_s = number(optarg, "--timeout"); break;
		case 'd': arguments.doubt_s = number(optarg, "--doubt"); break;
		case 'x': arguments.fault = optarg; break;
		case 'h': fputs(help, stdout); exit(0);
		default: exit(EX_USAGE);
		}
	if (!arguments.file == !arguments.to || !arguments.to != !arguments.secret_file || optind + 1 != count)
		errx(EX_USAGE, "either --to and --secret-file or -f, and one PID are needed (--help)");
	if (*arguments.fault)
		fault_check(arguments.fault);
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
		      preflight(&channel, target, &migration->handover, &migration->offset);

	migration->bytes = channel.bytes;
	if (refused)
		return "refused";
	fault_of_tool(arguments->fault, "tool-ready");
	if (hand_over_begin(target, &channel, &migration->handover))
		return "aborted";
	fault_of_tool(arguments->fault, "tool-handed");
	return settle(migration, secret, arguments->doubt_s);
}

/* The other side as cr_resolve will look for it, from whatever folder. */
static int open_ledger(struct migration *migration)
{
	struct handover *handover = &migration->handover;
	char other[sizeof(((struct cr_ledger *)0)->other)] = "";
	int error = getrandom(handover->id, CR_ID_SIZE, 0) == CR_ID_SIZE ? 0 : -EIO;

	if (migration->to)
		snprintf(other, sizeof(other), "%s", migration->to);
	else if (*migration->file != '/' && getcwd(other, sizeof(other) - strlen(migration->file) - 2))
		strcat(strcat(other, "/"), migration->file);
	else
		snprintf(other, sizeof(other), "%s", migration->file);
	if (!error)
		error = ledger_create(&handover->ledger, CR_ORIGIN, handover->id, migration->target->pid, other);
	ledger_prune();
	return error ? target_refuse(migration->target, "ledger: " CR_LEDGER_FOLDER ": %s", strerror(-error)) : 0;
}

static const char *migrate(struct migration *migration, const struct arguments *arguments, const struct secret *secret)
{
	struct target *target = migration->target;
	const char *status;

	target->pidfd = syscall(SYS_pidfd_open, target->pid, 0);
	if (target->pidfd < 0)
		target_refuse(target, "process: %d: %s", target->pid, strerror(errno));
	if (target->pidfd < 0 || target_inspect(target) || open_ledger(migration))
		return "refused";
	status = arguments->file ? checkpoint_to_file(migration, arguments->doubt_s) : move(migration, arguments, secret);
	if (migration->handover.ledger >= 0) /* the process never had it: nothing has begun */
		ledger_remove(CR_ORIGIN, migration->handover.id);
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
		fprintf(stderr, "cr_checkpoint: in doubt: %s; process %d stays frozen here until cr_resolve ends it\n", reason,
			migration->target->pid);
	else if (!strcmp(migration->status, "lost"))
		fprintf(stderr, "cr_checkpoint: lost: %s; process %d runs nowhere\n", reason, migration->target->pid);
	else
		fprintf(stderr, "cr_checkpoint: %s: %s; process %d goes on here\n", migration->status, reason,
			migration->target->pid);
}

int main(int count, char **words)
{
	struct arguments arguments = parse(count, words);
	struct target target = { .pid = arguments.pid };
	struct migration migration = {
		.to = arguments.to, .file = arguments.file, .target = &target,
		.handover = { .fault = arguments.fault, .timeout_s = arguments.timeout_s, .ledger = -1 },
	};
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
	if (!strcmp(migration.status, "lost"))
		return EXIT_LOST;
	return strcmp(migration.status, "in-doubt") ? EXIT_FAILURE : EXIT_IN_DOUBT;
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_restart: makes a process from a stream or a file (paper 2.2). Stays its parent and ends as it ends. */
#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "fate.h"
#include "from_file.h"
#include "ledger.h"
#include "make_process.h"
#include "resolve.h"

#define ASK_EVERY_MS 5000

static const char help[] =
	"usage: cr_restart -f FILE\n"
	"       cr_restart --stream DESCRIPTOR [--secret-file FILE]\n"
	"\n"
	"Continues the process that cr_checkpoint -f put into FILE (-f, --file), or one that an open stream brings: cr_receiver\n"
	"starts it so for each authenticated connection, which may also ask what became of an earlier one. A file that is not whole is refused by name before anything is made;\n"
	"nobody but root and its owner may be able to change it. With -f one JSON line is printed. Needs root. Exit code: the\n"
	"process's, 128 + signal if a signal ended it, 1 if it was not restarted.\n";

/* Where the origin's cr_receiver would be, for questions about this hand-over. */
static void origin_of(int stream, char *text, size_t size)
{
	struct sockaddr_in origin;
	socklen_t length = sizeof(origin);

	if (getpeername(stream, (struct sockaddr *)&origin, &length) || origin.sin_family != AF_INET)
		snprintf(text, size, "0.0.0.0");
	else
		snprintf(text, size, "%s", inet_ntoa(origin.sin_addr));
}

static int open_ledger(struct admission *admission, int stream)
{
	char origin[INET_ADDRSTRLEN];
	int ledger, error;

	origin_of(stream, origin, sizeof(origin));
	error = ledger_create(&ledger, CR_DESTINATION, admission->prepare->id, admission->prepare->pid, origin);
	ledger_prune();
	return error ? refuse_admission(admission, "ledger: " CR_LEDGER_FOLDER ": %s", strerror(-error)) : ledger;
}

/* Its end is the last that the ledger tells: how it ended after it had gone on, or that it never did. */
static void close_ledger(const uint8_t *id, int status)
{
	struct cr_ledger ledger;
	int fd;

	if (ledger_open(&fd, CR_DESTINATION, id))
		return;
	if (!ledger_read(fd, &ledger) && ledger.fate == CR_FATE_MOVED)
		ledger_ended(fd, status);
	else if (!ledger_settled(ledger.fate))
		ledger_write(fd, CR_FATE_KEPT);
	close(fd);
}

/* When it has heard nothing for this long, the copy is asked for at the origin, and then again and again. 0: no more. */
static int ask_origin(const uint8_t *id, const struct secret *secret)
{
	struct resolution resolution = { .secret = secret };

	if (!resolve(&resolution, CR_DESTINATION, id) && !ledger_settled(resolution.ledger.fate))
		return 1;
	return 0;
}

/* The child's wait status. A whole copy whose origin is silent asks it, as long as it stays frozen. */
static int await_settled(const struct cr_prepare *prepare, const struct secret *secret)
{
	struct pollfd child = { .fd = syscall(SYS_pidfd_open, prepare->pid, 0), .events = POLLIN };
	int wait_ms = secret->size ? (int)prepare->timeout_s * 1000 : -1;

	while (child.fd >= 0 && poll(&child, 1, wait_ms) == 0)
		wait_ms = ask_origin(prepare->id, secret) ? ASK_EVERY_MS : -1;
	close(child.fd);
	return await_child(prepare->pid);
}

static int begin(struct channel *channel, struct admission *admission)
{
	int ledger = admit(channel, admission) ? -1 : open_ledger(admission, channel->fd), refused = ledger < 0;

	if (!refused) {
		stream_deadline(channel->fd, admission->prepare->timeout_s * 2);
		refused = make_process(admission, channel->fd, ledger);
		if (refused)
			ledger_remove(CR_DESTINATION, admission->prepare->id);
		close(ledger);
	}
	return refused;
}

static void restart_from_stream(struct channel *channel, const struct secret *secret)
{
	struct admission admission = { 0 };
	int status;

	if (begin(channel, &admission)) {
		channel_put(channel, CR_REFUSED, 1, admission.reason, strlen(admission.reason));
		errx(EXIT_FAILURE, "refused: %s", admission.reason);
	}
	close(channel->fd);
	status = await_settled(admission.prepare, secret);
	close_ledger(admission.prepare->id, status);
	end_as(status);
}

/* What an authenticated stream is for: its first record tells. */
static void serve(struct channel *channel, const struct secret *secret)
{
	struct cr_record record = { 0 };
	int error;

	if (recv(channel->fd, &record, sizeof(record), MSG_PEEK | MSG_WAITALL) != sizeof(record) ||
	    record.type != CR_FATE_ASK)
		restart_from_stream(channel, secret);
	error = fate_tell(channel);
	if (error)
		errx(EXIT_FAILURE, "asked for the fate of a hand-over: %s", strerror(-error));
}

int main(int count, char **arguments)
{
	static const struct option options[] = { { "stream", required_argument, 0, 's' },
						 { "secret-file", required_argument, 0, 'x' },
						 { "file", required_argument, 0, 'f' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct channel channel = { .fd = -1 };
	const char *file = NULL, *secret_file = NULL;
	static struct secret secret;
	int option;

	while ((option = getopt_long(count, arguments, "f:", options, NULL)) != -1)
		switch (option) {
		case 's': channel.fd = atoi(optarg); break;
		case 'x': secret_file = optarg; break;
		case 'f': file = optarg; break;
		case 'h': fputs(help, stdout); return 0;
		default: return EX_USAGE;
		}
	if (!file == (channel.fd < 0) || optind != count)
		errx(EX_USAGE, "either -f or --stream is needed (--help)");
	if (file)
		restart_from_file(file);
	if (secret_file)
		secret_read(&secret, secret_file);
	serve(&channel, &secret);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_restart: makes a process from a stream or a file (paper 2.2). Stays its parent and ends as it ends. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "from_file.h"
#include "make_process.h"

static const char help[] =
	"usage: cr_restart -f FILE\n"
	"       cr_restart --stream DESCRIPTOR\n"
	"\n"
	"Continues the process that cr_checkpoint -f put into FILE (-f, --file), or one that an open stream brings: cr_receiver\n"
	"starts it so for each authenticated connection. A file that is not whole is refused by name before anything is made;\n"
	"nobody but root and its owner may be able to change it. With -f one JSON line is printed. Needs root. Exit code: the\n"
	"process's, 128 + signal if a signal ended it, 1 if it was not restarted.\n";

static void restart_from_stream(struct channel *channel)
{
	struct admission admission = { 0 };
	int refused = admit(channel, &admission);

	if (!refused) {
		stream_deadline(channel->fd, admission.prepare->timeout_s * 2);
		refused = make_process(&admission, channel->fd);
	}
	if (refused) {
		channel_put(channel, CR_REFUSED, 1, admission.reason, strlen(admission.reason));
		errx(EXIT_FAILURE, "refused: %s", admission.reason);
	}
	close(channel->fd);
	end_as(admission.prepare->pid);
}

int main(int count, char **arguments)
{
	static const struct option options[] = { { "stream", required_argument, 0, 's' },
						 { "file", required_argument, 0, 'f' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct channel channel = { .fd = -1 };
	const char *file = NULL;
	int option;

	while ((option = getopt_long(count, arguments, "f:", options, NULL)) != -1)
		switch (option) {
		case 's': channel.fd = atoi(optarg); break;
		case 'f': file = optarg; break;
		case 'h': fputs(help, stdout); return 0;
		default: return EX_USAGE;
		}
	if (!file == (channel.fd < 0) || optind != count)
		errx(EX_USAGE, "either -f or --stream is needed (--help)");
	if (file)
		restart_from_file(file);
	restart_from_stream(&channel);
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_restart: makes a process from the stream (paper 2.2). Stays its parent and ends as it ends. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "admit.h"

static const char help[] =
	"usage: cr_restart --stream DESCRIPTOR\n"
	"\n"
	"Reads a process from an open stream and continues it. cr_receiver starts it for each authenticated connection.\n"
	"Needs root. Exit code: the process's, 128 + signal if a signal ended it, 1 if it was not restarted.\n";

/* "monotonic SECONDS NANOSECONDS": nanoseconds are never negative. */
static void put_offset(char *to, size_t size, const char *clock, int64_t offset)
{
	int64_t seconds = offset / 1000000000, rest = offset % 1000000000;

	if (rest < 0) {
		rest += 1000000000;
		seconds--;
	}
	snprintf(to, size, "%s %lld %lld\n", clock, (long long)seconds, (long long)rest);
}

/* The children's clocks: they go on where the origin's stood. */
static int enter_time(const struct cr_clocks *offset)
{
	char monotonic[80], boottime[80];
	int fd, bad;

	if (unshare(CLONE_NEWTIME))
		return -1;
	put_offset(monotonic, sizeof(monotonic), "monotonic", offset->monotonic_ns);
	put_offset(boottime, sizeof(boottime), "boottime", offset->boottime_ns);
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	bad = write(fd, monotonic, strlen(monotonic)) < 0 || write(fd, boottime, strlen(boottime)) < 0;
	close(fd);
	return bad ? -1 : 0;
}

/* In the child, which becomes the loader: nothing but the stream is left open, every signal waits. */
static void become_loader(int stream, uint32_t flags)
{
	char loader[PATH_MAX], number[16];
	char *const arguments[] = { "cr_loader", number, NULL }, *const environment[] = { NULL };

	if (flags & CR_SESSION_LEADER)
		setsid();
	else if (flags & CR_GROUP_LEADER)
		setpgid(0, 0);
	beside_program(loader, sizeof(loader), "../lib/cr_loader");
	snprintf(number, sizeof(number), "%d", stream);
	if (stream > 0)
		close_range(0, stream - 1, 0);
	close_range(stream + 1, ~0u, 0);
	fcntl(stream, F_SETFD, 0);
	execve(loader, arguments, environment);
	_exit(EX_UNAVAILABLE);
}

static pid_t make_process(int stream, const struct cr_prepare *prepare)
{
	pid_t wanted = prepare->pid;
	struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1 };
	pid_t child = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (child == 0)
		become_loader(stream, prepare->flags);
	return child;
}

static void restart(struct channel *channel)
{
	struct admission admission = { 0 };
	sigset_t all;
	int status;

	if (admit(channel, &admission))
		errx(EXIT_FAILURE, "refused: %s", admission.reason);
	if (enter_time(&admission.prepare->offset))
		refuse_admission(channel, &admission, "time-namespace: %s", strerror(errno));
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	stream_deadline(channel->fd, admission.prepare->timeout_s * 2);
	if (!*admission.reason && make_process(channel->fd, admission.prepare) < 0)
		refuse_admission(channel, &admission, errno == EEXIST ? "pid-in-use: %d" : "clone3: error %d",
				 errno == EEXIST ? admission.prepare->pid : errno);
	if (*admission.reason)
		errx(EXIT_FAILURE, "refused: %s", admission.reason);
	close(channel->fd);
	while (waitpid(admission.prepare->pid, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "wait");
	exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

int main(int count, char **arguments)
{
	static const struct option options[] = { { "stream", required_argument, 0, 's' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct channel channel = { .fd = -1 };
	int option;

	while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == '?')
			return EX_USAGE;
		channel.fd = atoi(optarg);
	}
	if (channel.fd < 0 || optind != count)
		errx(EX_USAGE, "--stream is needed (--help)");
	restart(&channel);
}

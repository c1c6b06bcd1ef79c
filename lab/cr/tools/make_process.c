// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "make_process.h"

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

static void close_all_but(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high > low + 1)
		close_range(low < 0 ? 0 : low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
}

/* In the child, which becomes the loader: nothing but the stream and the ledger is left open, every signal waits. */
static void become_loader(int stream, int ledger, uint32_t flags)
{
	char loader[PATH_MAX], number[16], book[16];
	char *const arguments[] = { "cr_loader", number, book, NULL }, *const environment[] = { NULL };

	if (flags & CR_SESSION_LEADER)
		setsid();
	else if (flags & CR_GROUP_LEADER)
		setpgid(0, 0);
	beside_program(loader, sizeof(loader), "../lib/cr_loader");
	snprintf(number, sizeof(number), "%d", stream);
	snprintf(book, sizeof(book), "%d", ledger);
	fcntl(stream, F_SETFD, 0);
	if (ledger >= 0)
		fcntl(ledger, F_SETFD, 0);
	close_all_but(stream, ledger);
	execve(loader, arguments, environment);
	_exit(EX_UNAVAILABLE);
}

int make_process(struct admission *admission, int stream, int ledger)
{
	const struct cr_prepare *prepare = admission->prepare;
	pid_t wanted = prepare->pid, child;
	struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1 };
	sigset_t all;

	if (enter_time(&prepare->offset))
		return refuse_admission(admission, "time-namespace: %s", strerror(errno));
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	child = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (child == 0)
		become_loader(stream, ledger, prepare->flags);
	if (child < 0 && errno == EEXIST)
		return refuse_admission(admission, "pid-in-use: %d", wanted);
	return child < 0 ? refuse_admission(admission, "clone3: %s", strerror(errno)) : 0;
}

int await_child(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "wait");
	return status;
}

void end_as(int status)
{
	exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

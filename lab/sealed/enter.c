// SPDX-License-Identifier: GPL-2.0-only
/*
 * enter ROOT INPUT HEADERS MEMORY_MB DISK_MB SECONDS SCRIPT
 *
 * Runs SCRIPT (sh -ec) in ROOT, which it cannot change. /build and /tmp are empty memory of DISK_MB each, /tmp/input is INPUT to be read, /usr/src/linux-headers is HEADERS unless that is "". There is no /proc,
 * no device but null, zero and urandom, no network, no other process, and no file of the host. Nobody in there has a
 * privilege or gets one. A process has MEMORY_MB; all end after SECONDS, with the status of timeout(1).
 *
 * What the script reads may be hostile, and what it prints is to be taken as bytes.
 */
#include "sealed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE 64
#define EXIT_HOST 69
#define EXIT_TIME 124

_Noreturn void fail(const char *what)
{
	fprintf(stderr, "sealed: %s: %s\n", what, strerror(errno));
	exit(EXIT_HOST);
}

static volatile pid_t inside;

/* The first process of its namespace takes all others with it. */
static void over(int signal)
{
	(void)signal;
	kill(inside, SIGKILL);
}

static int status_of(pid_t pid, unsigned int seconds)
{
	struct sigaction action = { .sa_handler = over };
	int status;

	inside = pid;
	sigaction(SIGALRM, &action, NULL);
	alarm(seconds);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return alarm(0) ? 128 + WTERMSIG(status) : EXIT_TIME;
}

static _Noreturn void carry_out(const struct limits *limits, const char *script)
{
	static char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/build", "LC_ALL=C.UTF-8", "TZ=UTC", "SOURCE_DATE_EPOCH=0", NULL,
	};

	give_up_privileges();
	limit(limits);
	execle("/bin/sh", "sh", "-ec", script, NULL, environment);
	fail("/bin/sh");
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value < 1 || value > 1000000) {
		fprintf(stderr, "sealed: %s: a number above 0 was expected\n", text);
		exit(EXIT_USAGE);
	}
	return value;
}

int main(int argc, char **argv)
{
	struct limits limits;
	struct places places;
	pid_t pid;

	if (argc != 8) {
		fputs("usage: enter ROOT INPUT HEADERS MEMORY_MB DISK_MB SECONDS SCRIPT\n", stderr);
		return EXIT_USAGE;
	}
	places = (struct places){ argv[1], argv[2], argv[3], number(argv[5]) };
	limits = (struct limits){ number(argv[4]), number(argv[5]), number(argv[6]) };
	leave_host();
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		/* Whoever kills the outer process means this one too. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		enter_root(&places);
		carry_out(&limits, argv[7]);
	}
	return status_of(pid, limits.seconds);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold-window PID IP:PORT SECONDS opened|session
 *
 * Closes the window of a process's connection to IP:PORT for so long; then opens it, or ends the session that has closed
 * it. Prints an event just before each of the two, with CLOCK_MONOTONIC.
 */
#include <libtcpmig.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct wanted {
	uint8_t address[16];
	__be16 port;
	int fd;
};

static int match(const struct tcpmig_connection *c, void *context)
{
	struct wanted *w = context;

	if (memcmp(c->tuple.raddr, w->address, sizeof(w->address)) || c->tuple.rport != w->port)
		return 0;
	w->fd = c->fd;
	return 1;
}

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "hold-window: %s: %s\n", what, why);
	exit(1);
}

static void tell(const char *what)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("{\"event\":\"window\",\"what\":\"%s\",\"t_ns\":%" PRIu64 "}\n", what,
	       (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct tcpmig_session *session;
	struct wanted wanted = { .fd = -1 };
	struct timespec closed;
	double seconds;
	pid_t pid;
	int err;

	if (argc != 5 || tcpmig_end_parse(argv[2], wanted.address, &wanted.port))
		fail("usage", "hold-window PID IP:PORT SECONDS opened|session");
	pid = atoi(argv[1]);
	seconds = atof(argv[3]);
	closed = (struct timespec){ (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };
	if (tcpmig_list(pid, 0, match, &wanted) < 0 || wanted.fd < 0)
		fail(argv[2], "no such connection");
	err = tcpmig_open(&session);
	if (err)
		fail("open", strerror(-err));
	if (tcpmig_attach_process(session, pid, wanted.fd))
		fail("attach", tcpmig_trouble(session)->text);
	tell("close");
	if (tcpmig_window_close(session))
		fail("close", tcpmig_trouble(session)->text);
	while (nanosleep(&closed, &closed) && errno == EINTR)
		;
	tell("open");
	if (!strcmp(argv[4], "opened") && tcpmig_window_open(session))
		fail("open", tcpmig_trouble(session)->text);
	tcpmig_close(session);
	return 0;
}

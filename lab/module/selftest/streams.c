// SPDX-License-Identifier: GPL-2.0-only
/* SEND and RECEIVE: the bytes of GET and SET, on streams that take and give them, and on others. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair.h"
#include "selftest.h"
#include "session.h"
#include "tamper.h"

#define UNREAD 3000

static int freeze(struct pair *p, struct state *copy)
{
	struct tcpmig_attach a = { .fd = p->near };
	int session = session_open();
	uint32_t size;

	while (pair_send(p->near, 0, PAIR_PIECE))
		;
	pair_send(p->far, 0, UNREAD);
	if (ioctl(session, TCPMIG_IOC_ATTACH, &a) || ioctl(session, TCPMIG_IOC_FREEZE) ||
	    !(copy->bytes = state_get(session, &size)))
		die("FREEZE");
	copy->size = size;
	return session;
}

static int error_of(int session, unsigned long call, int stream, uint32_t size)
{
	struct tcpmig_stream s = { .stream = stream, .size = size, .fd = -1 };

	return ioctl(session, call, &s) ? errno : 0;
}

static void wait_at_most_us(int stream, int option, long us)
{
	struct timeval t = { .tv_usec = us };

	setsockopt(stream, SOL_SOCKET, option, &t, sizeof(t));
}

static void open_ends(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		die("socketpair");
}

static void send_badly(struct trial *t, int session, int own)
{
	int ends[2], other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), small = 4096, err;

	err = error_of(session, TCPMIG_IOC_SEND, session, 0);
	trial_expect(t, err == ENOTSOCK, "SEND to the device", err);
	err = error_of(session, TCPMIG_IOC_SEND, other, 0);
	trial_expect(t, err == EPROTOTYPE, "SEND to datagrams", err);
	err = error_of(session, TCPMIG_IOC_SEND, own, 0);
	trial_expect(t, err == EPIPE, "SEND to what is sent", err);
	err = error_of(session, TCPMIG_IOC_RECEIVE, other, 1);
	trial_expect(t, err == EBADFD, "RECEIVE at the origin", err);
	close(other);
	open_ends(ends);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	wait_at_most_us(ends[0], SO_SNDTIMEO, 1000);
	err = error_of(session, TCPMIG_IOC_SEND, ends[0], 0);
	trial_expect(t, err == EAGAIN, "SEND to who does not read", err);
	close(ends[1]);
	err = error_of(session, TCPMIG_IOC_SEND, ends[0], 0);
	trial_expect(t, err == EPIPE, "SEND to nobody", err);
	close(ends[0]);
}

/* What comes until the stream ends. */
static bool reads_as(int stream, const struct state *copy)
{
	uint8_t piece[4096];
	size_t at = 0;
	ssize_t n;

	while ((n = read(stream, piece, sizeof(piece))) > 0) {
		if (at + n > copy->size || memcmp(piece, copy->bytes + at, n))
			return false;
		at += n;
	}
	return at == copy->size;
}

static void send_well(struct trial *t, int session, const struct state *copy)
{
	int ends[2], status;
	pid_t child;

	open_ends(ends);
	child = fork();
	if (!child) {
		close(ends[1]);
		_exit(error_of(session, TCPMIG_IOC_SEND, ends[0], 0));
	}
	close(ends[0]);
	trial_expect(t, reads_as(ends[1], copy), "SEND gives the bytes of GET", copy->size);
	waitpid(child, &status, 0);
	trial_expect(t, !status, "SEND", status);
	close(ends[1]);
}

static void interrupted(int signal)
{
	(void)signal;
}

/* Whenever one comes before the call waits, the next one comes. */
static int error_with_signals(int session, int stream, uint32_t size)
{
	struct sigaction restart = { .sa_handler = interrupted, .sa_flags = SA_RESTART };
	struct itimerval often = { { .tv_usec = 20000 }, { .tv_usec = 20000 } }, never = {};
	int err;

	sigaction(SIGALRM, &restart, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	err = error_of(session, TCPMIG_IOC_RECEIVE, stream, size);
	setitimer(ITIMER_REAL, &never, NULL);
	return err;
}

static void receive_badly(struct trial *t, int session, const struct state *copy)
{
	int ends[2], err;

	open_ends(ends);
	if (write(ends[0], copy->bytes, 1000) != 1000)
		die("write");
	wait_at_most_us(ends[1], SO_RCVTIMEO, 1000);
	err = error_of(session, TCPMIG_IOC_RECEIVE, ends[1], copy->size);
	trial_expect(t, err == EAGAIN, "RECEIVE of what does not come", err);
	wait_at_most_us(ends[1], SO_RCVTIMEO, 0);
	err = error_with_signals(session, ends[1], copy->size);
	trial_expect(t, err == EINTR, "RECEIVE ends at a signal, and is not begun again", err);
	close(ends[0]);
	err = error_of(session, TCPMIG_IOC_RECEIVE, ends[1], copy->size);
	trial_expect(t, err == EPIPE, "RECEIVE of a part", err);
	err = error_of(session, TCPMIG_IOC_RECEIVE, ends[1], TCPMIG_STATE_MAX + 1);
	trial_expect(t, err == EBADMSG, "RECEIVE of too much", err);
	close(ends[1]);
}

static void receive_well(struct trial *t, int session, struct pair *p, const struct state *copy)
{
	struct tcpmig_stream s = { .size = copy->size, .fd = -1 };
	char piece[UNREAD + 1];
	int ends[2];

	open_ends(ends);
	if (!fork())
		_exit(write(ends[0], copy->bytes, copy->size) != (ssize_t)copy->size);
	close(ends[0]);
	s.stream = ends[1];
	trial_expect(t, !ioctl(session, TCPMIG_IOC_RECEIVE, &s), "RECEIVE", errno);
	wait(NULL);
	close(ends[1]);
	trial_expect(t, s.fd >= 0 && !ioctl(session, TCPMIG_IOC_ACTIVATE), "ACTIVATE", errno);
	p->near = s.fd;
	trial_expect(t, recv(p->near, piece, sizeof(piece), MSG_DONTWAIT) == UNREAD, "what was not read is there", errno);
}

void try_streams(struct trial *t, int listener, const struct sockaddr_in *a)
{
	struct pair p = pair_open(listener, a);
	struct tcpmig_capture c = {};
	struct state copy = {};
	int session = freeze(&p, &copy);

	send_badly(t, session, p.near);
	send_well(t, session, &copy);
	if (ioctl(session, TCPMIG_IOC_COMMIT))
		die("COMMIT");
	close(session);
	close(p.near);
	session = session_open();
	c.tuple = state_tuple(&copy);
	if (ioctl(session, TCPMIG_IOC_CAPTURE, &c))
		die(refusal_name(c.refusal));
	receive_badly(t, session, &copy);
	receive_well(t, session, &p, &copy);
	close(session);
	state_free(&copy);
	pair_close(&p);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "say.h"

/* A call that takes longer hangs. */
#define CALL_TIMEOUT_S 30

static void send_descriptor(int control, int fd)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } ancillary = {};
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr m = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &ancillary,
			    .msg_controllen = sizeof(ancillary) };

	ancillary.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&ancillary.head), &fd, sizeof(fd));
	if (sendmsg(control, &m, 0) != 1)
		die("sendmsg");
}

static int receive_descriptor(int control)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } ancillary = {};
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ancillary,
			    .msg_controllen = sizeof(ancillary) };
	int fd;

	if (recvmsg(control, &m, MSG_CMSG_CLOEXEC) != 1 || m.msg_controllen < CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(&ancillary.head), sizeof(fd));
	return fd;
}

__attribute__((noreturn)) static void live(int control, pid_t parent)
{
	int tun;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	signal(SIGPIPE, SIG_IGN);
	if (unshare(CLONE_NEWNET))
		die("unshare(CLONE_NEWNET)");
	tun = tun_open();
	if (tun < 0)
		die("/dev/net/tun");
	send_descriptor(control, tun);
	close(tun);
	agent_run(control);
}

static void machine_start(struct machine *m, const char *name)
{
	struct timeval limit = { .tv_sec = CALL_TIMEOUT_S };
	pid_t self = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
	*m = (struct machine){ .name = name, .pid = fork(), .control = pair[0] };
	if (m->pid < 0)
		die("fork");
	if (!m->pid) {
		close(pair[0]);
		live(pair[1], self);
	}
	close(pair[1]);
	setsockopt(m->control, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	m->tun = receive_descriptor(m->control);
	if (m->tun < 0)
		die(name);
}

static void machine_stop(struct machine *m)
{
	close(m->control);
	close(m->tun);
	kill(m->pid, SIGKILL);
	waitpid(m->pid, NULL, 0);
	free(m->out);
	*m = (struct machine){};
}

int machine_call(struct machine *m, const struct request *r, const void *in)
{
	struct answer a;

	m->out_size = 0;
	if (!send_all(m->control, r, sizeof(*r)) || !send_all(m->control, in, r->size) ||
	    !receive_all(m->control, &a, sizeof(a)))
		return -ENOLINK;
	if (a.size > m->out_room) {
		m->out_room = a.size;
		m->out = realloc(m->out, m->out_room);
		if (!m->out)
			die("memory");
	}
	if (!receive_all(m->control, m->out, a.size))
		return -ENOLINK;
	m->out_size = a.size;
	return a.result;
}

void machines_start(struct machine *machines)
{
	machine_start(&machines[0], "a");
	machine_start(&machines[1], "b");
}

void machines_stop(struct machine *machines)
{
	for (int i = 0; i < MACHINES; i++)
		machine_stop(&machines[i]);
}

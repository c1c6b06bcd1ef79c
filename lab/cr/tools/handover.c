// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "handover.h"
#include "say.h"

static int listen_for_leader(uint64_t *nonce)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), size;

	if (getrandom(nonce, sizeof(*nonce), 0) != sizeof(*nonce))
		return -1;
	size = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, CR_CONTROL_NAME "%016llx",
			(unsigned long long)*nonce);
	size += offsetof(struct sockaddr_un, sun_path) + 1;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1))
		return -1;
	return fd;
}

/* What the main thread is blocked in, just before the signal; see library/interrupted.c. */
static void read_blocked(const struct target *target, struct cr_syscall *blocked)
{
	char name[48], *text;
	long long unsigned a[6], stack, instruction;
	long number;

	blocked->number = -1;
	snprintf(name, sizeof(name), "task/%d/syscall", target->pid);
	text = target_text(target, name);
	if (text && sscanf(text, "%ld %llx %llx %llx %llx %llx %llx %llx %llx", &number, a, a + 1, a + 2, a + 3, a + 4,
			   a + 5, &stack, &instruction) == 9) {
		blocked->number = number;
		for (int i = 0; i < 6; i++)
			blocked->arguments[i] = a[i];
		blocked->stack = stack;
		blocked->instruction = instruction;
	}
	free(text);
}

static int signal_leader(const struct target *target, uint64_t nonce)
{
	siginfo_t info = { .si_signo = CR_SIGNAL, .si_code = SI_QUEUE };

	info.si_pid = getpid();
	info.si_value.sival_ptr = (void *)nonce;
	return syscall(SYS_rt_tgsigqueueinfo, target->pid, target->pid, CR_SIGNAL, &info);
}

static int wait_readable(int fd, int seconds)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, seconds * 1000) > 0;
}

static int accept_leader(struct target *target, int listener, int timeout_s)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int fd;

	if (!wait_readable(listener, timeout_s))
		return target_refuse(target, "leader: the main thread did not take the signal within %d s", timeout_s);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.pid != target->pid)
		return target_refuse(target, "leader: process %d answered instead", fd < 0 ? -1 : peer.pid);
	return fd;
}

static int send_order(struct target *target, int control, const struct cr_order *order, int stream, int ledger)
{
	const int descriptors[2] = { stream, ledger };
	int error = send_with(control, order, sizeof(*order), descriptors, 2);

	return error ? target_refuse(target, "leader: %s", strerror(-error)) : 0;
}

int hand_over_begin(struct target *target, const struct channel *channel, struct handover *handover)
{
	struct cr_order order = { .timeout_s = handover->timeout_s, .begun_bytes = channel->bytes };
	uint64_t nonce;
	int listener = listen_for_leader(&nonce);

	if (listener < 0)
		return target_refuse(target, "control: %s", strerror(errno));
	memcpy(order.id, handover->id, sizeof(order.id));
	snprintf(order.fault, sizeof(order.fault), "%s", handover->fault);
	read_blocked(target, &order.leader);
	if (signal_leader(target, nonce))
		return target_refuse(target, "process: %d: %s", target->pid, strerror(errno));
	handover->control = accept_leader(target, listener, handover->timeout_s);
	close(listener);
	if (handover->control < 0 || send_order(target, handover->control, &order, channel->fd, handover->ledger))
		return -1;
	close(channel->fd); /* the leader's copies alone keep stream and ledger open: its death ends them */
	close(handover->ledger);
	handover->ledger = -1;
	return 0;
}

int hand_over_report(int wait_s, struct handover *handover)
{
	int control = handover->control;
	struct cr_report report;

	if (!wait_readable(control, wait_s))
		return -ETIMEDOUT;
	if (recv(control, &report, sizeof(report), 0) != sizeof(report))
		return -ESRCH;
	handover->report = report;
	handover->report.reason[CR_REASON_MAX - 1] = 0;
	free(handover->connections);
	handover->connections = calloc(report.connections + 1, sizeof(*handover->connections));
	for (uint32_t i = 0; i < report.connections; i++)
		if (recv(control, &handover->connections[i], sizeof(*handover->connections), 0) !=
		    sizeof(*handover->connections))
			return -ESRCH;
	return 0;
}

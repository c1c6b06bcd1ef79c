// SPDX-License-Identifier: GPL-2.0-only
/* Connections of our own over loopback, as the kernel lists them. */
#include <errno.h>
#include <libtcpmig.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

struct found {
	struct tcpmig_tuple tuple;
	struct tcpmig_connection connection;
	unsigned int all;
};

static int note(const struct tcpmig_connection *c, void *context)
{
	struct found *found = context;

	found->all++;
	if (!memcmp(&c->tuple, &found->tuple, sizeof(c->tuple)))
		found->connection = *c;
	return 0;
}

static int stop(const struct tcpmig_connection *c, void *context)
{
	(void)c;
	(void)context;
	return 77;
}

static int note_owner(pid_t pid, int fd, void *context)
{
	*(int *)context = fd;
	return pid == getpid();
}

static int listen_on(int family)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_ipv4 = family == AF_INET;

	if (bind(fd, is_ipv4 ? (void *)&four : (void *)&six, is_ipv4 ? sizeof(four) : sizeof(six)) || listen(fd, 5))
		abort();
	return fd;
}

/* A process without any of our descriptors. */
static pid_t stranger(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	closefrom(3);
	pause();
	_exit(0);
}

static void wait_until_stranger(pid_t pid, struct found *found)
{
	do {
		found->all = 0;
		if (tcpmig_list(pid, 0, note, found))
			return;
	} while (found->all);
}

static void test_family(int family)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int listener = listen_on(family), near, far, owner = -1;
	pid_t other;
	struct found found = {};

	getsockname(listener, (struct sockaddr *)&address, &size);
	near = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(near, (struct sockaddr *)&address, size))
		abort();
	far = accept(listener, NULL, NULL);
	check_number(send(far, "12345", 5, 0), 5, family == AF_INET ? "a connection over IPv4" : "a connection over IPv6");
	check_number(tcpmig_socket_tuple(near, &found.tuple), 0, "has two ends");
	check_number(tcpmig_list(0, 0, note, &found), 0, "it is listed");
	check(found.connection.tcp_state == 1 && found.connection.receive_queue == 5 && found.connection.uid == getuid() &&
	      found.connection.family == family && found.connection.fd == -1, "with state, queue, user and family");
	check_number(tcpmig_list(getpid(), 0, note, &found), 0, "also of this process");
	check_number(found.connection.fd, near, "by its descriptor");
	check_number(tcpmig_owners(found.connection.inode, note_owner, &owner), 1, "whose owner is found");
	check_number(owner, near, "with the same descriptor");
	other = stranger();
	wait_until_stranger(other, &found);
	check_number(found.all, 0, "another process has none of it");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	check_number(tcpmig_list(0, 0, stop, NULL), 77, "a list ends where it is told to");
	close(near);
	close(far);
	close(listener);
}

static void test_listening(void)
{
	int listener = listen_on(AF_INET);
	struct found found = {};

	tcpmig_list(getpid(), 0, note, &found);
	check_number(found.all, 0, "listening sockets are left out");
	tcpmig_list(getpid(), TCPMIG_LIST_LISTENING, note, &found);
	check_number(found.all, 1, "unless they are asked for");
	close(listener);
}

void test_list(void)
{
	struct found found = {};

	test_family(AF_INET);
	test_family(AF_INET6);
	test_listening();
	check_number(tcpmig_list(0x7ffffff0, 0, note, &found), -ESRCH, "no such process");
}

// SPDX-License-Identifier: GPL-2.0-only
/* The network namespace's TCP sockets, by sock_diag(7). */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libtcpmig.h"
#include "owner.h"

enum { STATE_SYN_RECV = 3, STATE_TIME_WAIT = 6, STATE_LISTEN = 10, STATE_NEW_SYN_RECV = 12 };

/* A descriptor of the process that is asked about. */
struct descriptor {
	uint32_t inode;
	int fd;
};

struct listing {
	bool of_process;
	struct descriptor *descriptors;
	size_t count, room;
	int (*each)(const struct tcpmig_connection *connection, void *context);
	void *context;
};

static int remember(pid_t pid, int fd, uint32_t inode, void *context)
{
	struct listing *l = context;

	(void)pid;
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		struct descriptor *grown = realloc(l->descriptors, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		l->descriptors = grown;
		l->room = room;
	}
	l->descriptors[l->count++] = (struct descriptor){ .inode = inode, .fd = fd };
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct descriptor *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static bool same_namespace(pid_t pid)
{
	char path[32];
	struct stat here, there;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return !stat("/proc/self/ns/net", &here) && !stat(path, &there) && here.st_ino == there.st_ino;
}

static int gather(struct listing *l, pid_t pid)
{
	int error;

	if (!pid)
		return 0;
	l->of_process = true;
	error = each_socket_of(pid, remember, l);
	if (error)
		return error;
	if (!same_namespace(pid))
		return -EXDEV;
	if (l->count)
		qsort(l->descriptors, l->count, sizeof(*l->descriptors), compare);
	return 0;
}

static void address(uint8_t to[16], uint8_t family, const __be32 from[4])
{
	memset(to, 0, 16);
	if (family == AF_INET6) {
		memcpy(to, from, 16);
		return;
	}
	to[10] = to[11] = 0xff;
	memcpy(to + 12, from, 4);
}

static int tell(struct listing *l, const struct inet_diag_msg *m)
{
	struct descriptor wanted = { .inode = m->idiag_inode }, *found = NULL;
	struct tcpmig_connection c = {
		.family = m->idiag_family, .tcp_state = m->idiag_state, .receive_queue = m->idiag_rqueue,
		.send_queue = m->idiag_wqueue, .uid = m->idiag_uid, .inode = m->idiag_inode, .fd = -1,
	};

	if (l->of_process) {
		if (l->count)
			found = bsearch(&wanted, l->descriptors, l->count, sizeof(wanted), compare);
		if (!found)
			return 0;
		c.fd = found->fd;
	}
	address(c.tuple.laddr, m->idiag_family, m->id.idiag_src);
	address(c.tuple.raddr, m->idiag_family, m->id.idiag_dst);
	c.tuple.lport = m->id.idiag_sport;
	c.tuple.rport = m->id.idiag_dport;
	if (m->idiag_state == STATE_LISTEN)
		memset(c.tuple.raddr, 0, sizeof(c.tuple.raddr));
	return l->each(&c, l->context);
}

static int ask(int netlink, uint8_t family, uint32_t states)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = {
		.head = { .nlmsg_len = sizeof(request), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = states },
	};

	return send(netlink, &request, sizeof(request), 0) == sizeof(request) ? 0 : -errno;
}

/* 0: more follows, 1: it was the last; or each()'s own answer. */
static int read_part(struct listing *l, const char *bytes, size_t size, bool *last)
{
	for (const struct nlmsghdr *head = (const void *)bytes; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
		int result = 0;

		if (head->nlmsg_type == NLMSG_DONE) {
			*last = true;
			return 0;
		}
		if (head->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(head))->error ?: -EPROTO;
		if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY && head->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			result = tell(l, NLMSG_DATA(head));
		if (result)
			return result;
	}
	return 0;
}

static int list_family(struct listing *l, int netlink, uint8_t family, uint32_t states)
{
	char bytes[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	int result = ask(netlink, family, states);
	bool last = false;

	while (!result && !last) {
		ssize_t n = recv(netlink, bytes, sizeof(bytes), 0);

		if (n < 0 && errno == EINTR)
			continue;
		result = n < 0 ? -errno : read_part(l, bytes, n, &last);
	}
	return result;
}

static uint32_t states_of(unsigned int flags)
{
	uint32_t unfinished = 1u << STATE_TIME_WAIT | 1u << STATE_SYN_RECV | 1u << STATE_NEW_SYN_RECV;
	uint32_t states = (1u << 13) - 1;

	if (!(flags & TCPMIG_LIST_LISTENING))
		states &= ~(1u << STATE_LISTEN);
	return flags & TCPMIG_LIST_TIME_WAIT ? states : states & ~unfinished;
}

int tcpmig_list(pid_t pid, unsigned int flags, int (*each)(const struct tcpmig_connection *connection, void *context),
		void *context)
{
	struct listing l = { .each = each, .context = context };
	int netlink = -1, result = gather(&l, pid);

	if (!result) {
		netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
		result = netlink < 0 ? -errno : 0;
	}
	if (!result)
		result = list_family(&l, netlink, AF_INET, states_of(flags));
	if (!result)
		result = list_family(&l, netlink, AF_INET6, states_of(flags));
	if (netlink >= 0)
		close(netlink);
	free(l.descriptors);
	return result;
}

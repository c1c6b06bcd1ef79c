// SPDX-License-Identifier: GPL-2.0-only
#include "destroy.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void fill(struct inet_diag_req_v2 *r, const struct tcpmig_tuple *t)
{
	r->sdiag_protocol = IPPROTO_TCP;
	r->idiag_states = -1;
	r->id.idiag_sport = t->lport;
	r->id.idiag_dport = t->rport;
	r->id.idiag_cookie[0] = r->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (memcmp(t->laddr, mapped, sizeof(mapped))) {
		r->sdiag_family = AF_INET6;
		memcpy(r->id.idiag_src, t->laddr, 16);
		memcpy(r->id.idiag_dst, t->raddr, 16);
	} else {
		r->sdiag_family = AF_INET;
		memcpy(r->id.idiag_src, t->laddr + 12, 4);
		memcpy(r->id.idiag_dst, t->raddr + 12, 4);
	}
}

void destroy(const struct tcpmig_tuple *tuple)
{
	struct { struct nlmsghdr head; struct inet_diag_req_v2 request; } m = {
		.head = { .nlmsg_len = sizeof(m), .nlmsg_type = SOCK_DESTROY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK } };
	char answer[256];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	fill(&m.request, tuple);
	if (fd >= 0 && send(fd, &m, sizeof(m), 0) == sizeof(m))
		recv(fd, answer, sizeof(answer), 0);
	close(fd);
}

// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel itself says of a connection: TCP_INFO and ioctl where a program has it, /proc/net where none has. */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "verbs.h"

/* include/net/tcp_states.h */
enum { STATE_TIME_WAIT = 6, STATE_LISTEN = 10 };

static const char *const states[] = { "none", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
				      "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING" };

const char *state_name(int state)
{
	return state >= 0 && state < (int)(sizeof(states) / sizeof(states[0])) ? states[state] : "unknown";
}

static int ask(struct trial *t, unsigned long what, const char *name)
{
	int value = 0, err = call(t, OP_IOCTL, t->node.fd, what, 0, 0, &value, sizeof(value));

	if (err)
		fail(t, "%s: %s", name, strerror(-err));
	memcpy(&value, t->machines[t->at].out, sizeof(value));
	return value;
}

static struct proof ask_socket(struct trial *t)
{
	const struct tcp_info *info = (const struct tcp_info *)t->machines[t->at].out;
	struct proof p = {};
	int err = call(t, OP_GETSOCKOPT, t->node.fd, IPPROTO_TCP, TCP_INFO, sizeof(struct tcp_info), NULL, 0);

	if (err < 0)
		fail(t, "TCP_INFO: %s", strerror(-err));
	info = (const struct tcp_info *)t->machines[t->at].out;
	p.state = info->tcpi_state;
	p.sacked = info->tcpi_sacked;
	p.unread = ask(t, SIOCINQ, "SIOCINQ");
	p.unacknowledged = ask(t, SIOCOUTQ, "SIOCOUTQ");
	p.unsent = ask(t, SIOCOUTQNSD, "SIOCOUTQNSD");
	return p;
}

/* A line of /proc/net/tcp or tcp6 with both ports. */
struct row {
	int state;
	unsigned int unacknowledged, unread;
	unsigned long inode;
};

/* With rport 0: a listening socket. */
static bool find_in(struct trial *t, int machine, const char *path, uint16_t wanted, struct row *row)
{
	struct machine *m = &t->machines[machine];
	int err = call_at(t, machine, OP_READ_FILE, -1, 0, 0, 0, path, strlen(path) + 1);
	char *text, *line, *rest;
	bool found = false;

	if (err < 0)
		fail(t, "%s: %s", path, strerror(-err));
	text = strndup((const char *)m->out, m->out_size);
	for (line = strtok_r(text, "\n", &rest); line && !found; line = strtok_r(NULL, "\n", &rest)) {
		unsigned int lport, rport;
		int n = sscanf(line, "%*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %x %x:%x %*x:%*x %*x %*u %*u %lu", &lport,
			       &rport, (unsigned int *)&row->state, &row->unacknowledged, &row->unread, &row->inode);

		found = n == 6 && lport == t->node.port && rport == wanted;
	}
	free(text);
	return found;
}

static bool find(struct trial *t, int machine, uint16_t rport, struct row *row)
{
	return find_in(t, machine, "/proc/net/tcp", rport, row) || find_in(t, machine, "/proc/net/tcp6", rport, row);
}

/* No program has it: /proc/net does not tell what is unsent. */
static struct proof ask_table(struct trial *t)
{
	bool listens = t->proof.state == STATE_LISTEN;
	struct row row;
	struct proof p = {};

	if (!find(t, t->at, listens ? 0 : t->peer.port, &row))
		fail(t, "%s has no such connection", t->machines[t->at].name);
	if (row.inode && !listens)
		fail(t, "the connection has an owner, inode %lu", row.inode);
	p.state = row.state;
	p.unread = row.unread;
	p.unacknowledged = row.unacknowledged;
	return p;
}

static struct proof asked(struct trial *t)
{
	return t->node.fd >= 0 ? ask_socket(t) : ask_table(t);
}

static void compare(struct trial *t, const struct proof *is, const struct proof *wanted)
{
	bool unsent_known = t->node.fd >= 0;

	if (is->state != wanted->state || is->unread != wanted->unread || is->unacknowledged != wanted->unacknowledged ||
	    (unsent_known && is->unsent != wanted->unsent))
		fail(t, "%s with %d unread, %d unacknowledged, %d unsent; expected %s with %d, %d, %d",
		     state_name(is->state), is->unread, is->unacknowledged, is->unsent, state_name(wanted->state),
		     wanted->unread, wanted->unacknowledged, unsent_known ? wanted->unsent : 0);
	if (is->sacked != wanted->sacked)
		fail(t, "%d segments acknowledged selectively, expected %d", is->sacked, wanted->sacked);
}

void prove(struct trial *t, int state, int unread, int unacknowledged, int unsent)
{
	struct proof is;

	settle(t);
	foresee(t, state, unread, unacknowledged, unsent);
	is = asked(t);
	compare(t, &is, &t->proof);
}

void foresee(struct trial *t, int state, int unread, int unacknowledged, int unsent)
{
	t->proof.state = state;
	t->proof.unread = unread;
	t->proof.unacknowledged = unacknowledged;
	t->proof.unsent = unsent;
}

void prove_again(struct trial *t)
{
	struct proof is = asked(t);

	compare(t, &is, &t->proof);
}

void prove_absent(struct trial *t, int machine, bool time_wait)
{
	struct row row = {};

	if (find(t, machine, t->peer.port, &row) && !(time_wait && row.state == STATE_TIME_WAIT))
		fail(t, "%s still has the connection, in %s", t->machines[machine].name, state_name(row.state));
	if (machine != t->at && find(t, machine, 0, &row))
		fail(t, "%s still has a listening socket", t->machines[machine].name);
}

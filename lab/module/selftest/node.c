// SPDX-License-Identifier: GPL-2.0-only
/* A node: accepts connections from peers and from the other node, one process each, and moves them on. */
#include "selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int report(const struct stream *s, const char *state)
{
	say("connection", "\"tx_bytes\":%llu,\"rx_bytes\":%llu,\"rx_wrong\":%llu,\"moves\":%u,\"state\":\"%s\"",
	    (unsigned long long)s->tx, (unsigned long long)s->rx, (unsigned long long)s->rx_wrong, s->moves, state);
	return s->rx_wrong || strcmp(state, "done");
}

/* Until the order is done, or the connection is the other node's. */
static int serve(int fd, const struct options *o, struct stream *s)
{
	uint64_t start = now_ns(), move_at = start + o->every_ms * 1000000ull;
	const char *save = o->save;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (!stream_done(s)) {
		/* A held connection is read only when it has moved once, or was saved: what is unread goes with it. */
		bool held = s->order.hold_ms && (save || (s->moves_left && !s->moves));
		bool sending = s->order_sent == sizeof(s->order) && stream_tx_left(s);
		struct pollfd p = { .fd = fd, .events = (s->eof || (held && s->order_sent == sizeof(s->order)) ?
							 0 : POLLIN) | (sending ? POLLOUT : 0) };

		if (save && now_ns() >= move_at) {
			if (!snapshot(fd, save))
				return report(s, "not saved");
			save = NULL;
			move_at = now_ns() + o->every_ms * 1000000ull;
		}
		if (s->moves_left && now_ns() >= move_at) {
			switch (move_out(fd, o, s)) {
			case MOVE_DONE:
				return 0;
			case MOVE_LOST:
				return report(s, "lost");
			case MOVE_KEPT:
				move_at = now_ns() + o->every_ms * 1000000ull;
			}
		}
		poll(&p, 1, s->moves_left || save ? 2 : -1);
		if (!stream_step(fd, s, !held))
			return report(s, errno == ECONNABORTED ? "aborted" : "reset");
	}
	return report(s, "done");
}

static void accept_peer(int listener, const struct options *o)
{
	struct stream s = { .node_sends = 1, .moves_left = o->moves, .aborts_left = o->aborts };
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	int fd = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	say("accept", "\"rport\":%u", ntohs(from.sin_port));
	if (!fork()) {
		close(listener);
		_exit(serve(fd, o, &s));
	}
	close(fd);
}

static void accept_move(int listener, const struct options *o)
{
	int fd, control = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct stream s;

	if (control < 0)
		return;
	if (!fork()) {
		close(listener);
		fd = move_in(control, &s);
		close(control);
		_exit(fd < 0 ? 0 : serve(fd, o, &s));
	}
	close(control);
}

int run_node(const struct options *o)
{
	struct pollfd p[2] = { { .fd = -1, .events = POLLIN }, { .fd = -1, .events = POLLIN } };

	signal(SIGCHLD, SIG_IGN);
	if (o->listen.sin_port)
		p[0].fd = listen_on(&o->listen);
	if (o->control.sin_port)
		p[1].fd = listen_on(&o->control);
	say("ready", "\"pid\":%d", getpid());
	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[0].revents)
			accept_peer(p[0].fd, o);
		if (p[1].revents)
			accept_move(p[1].fd, o);
	}
}

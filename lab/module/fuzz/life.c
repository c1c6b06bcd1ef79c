// SPDX-License-Identifier: GPL-2.0-only
#include "life.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../selftest/selftest.h"
#include "destroy.h"
#include "use.h"
#include "wire.h"

/* Connections that live at a time, so that their timers run out and their segments meet. */
#define LIVES 24

struct life {
	bool lives;
	int fd;                 /* -1: the kernel's own */
	struct tcpmig_tuple tuple;
	struct peer peer;
	bool spoken;
};

static struct life lives[LIVES];
static unsigned int next_life;
static int asking = -1;         /* a session that only asks */

static int session_open(void)
{
	int fd = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(TCPMIG_DEVICE);
	return fd;
}

void life_start(void)
{
	asking = session_open();
	wire_start();
}

static struct peer *find_peer(uint16_t rport)
{
	for (unsigned int i = 0; i < LIVES; i++)
		if (lives[i].lives && lives[i].peer.rport == rport)
			return &lives[i].peer;
	return NULL;
}

static bool tuple_is_free(const struct tcpmig_tuple *tuple)
{
	struct tcpmig_capture c = { .tuple = *tuple, .flags = TCPMIG_CAPTURE_CHECK };

	return !ioctl(asking, TCPMIG_IOC_CAPTURE, &c) || c.refusal != TCPMIG_TUPLE_IN_USE;
}

/* The program resets its connection; one that is the kernel's the peer resets. */
static void end(struct life *l, struct tally *t)
{
	struct linger now = { .l_onoff = 1 };

	if (!l->lives)
		return;
	wire_listen(find_peer);
	if (l->fd >= 0) {
		setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(l->fd);
	} else {
		peer_reset(&l->peer);
	}
	l->lives = false;
	if (tuple_is_free(&l->tuple)) {
		t->closed++;
		return;
	}
	t->left++;
	destroy(&l->tuple);
}

static void speak(struct life *l, struct dice *d, struct tally *t)
{
	uint32_t before = l->peer.acked;

	wire_listen(find_peer);
	for (unsigned int turns = 2 + dice_below(d, 7); turns; turns--) {
		if (dice_one_in(d, 3) && l->fd >= 0)
			use_socket(l->fd, d);
		else
			peer_say_something(&l->peer, d);
		wire_listen(find_peer);
	}
	/* Time for a timer, now and then. */
	if (dice_one_in(d, 32)) {
		poll(NULL, 0, 1 + dice_below(d, 8));
		wire_listen(find_peer);
	}
	if (l->peer.acked != before && !l->spoken) {
		l->spoken = true;
		t->spoken++;
	}
}

/* Segments that come while the machine builds its socket, and that it gets at ACTIVATE. */
static void speak_early(struct peer *p, struct dice *d)
{
	while (dice_one_in(d, 3))
		peer_say_something(p, d);
}

static void begin(int session, int fd, const struct tcpmig_tuple *tuple, struct peer *p, struct dice *d, struct tally *t)
{
	struct life *l = &lives[next_life++ % LIVES];

	end(l, t);
	*l = (struct life){ .lives = true, .fd = fd, .tuple = *tuple, .peer = *p };
	/* One that waits to be accepted needs its listening socket. */
	if (ioctl(session, TCPMIG_IOC_ACTIVATE)) {
		l->lives = false;
		if (fd >= 0)
			close(fd);
		return;
	}
	t->activated++;
	speak(l, d, t);
}

static int set(int session, const struct state *s, struct tcpmig_buffer *b)
{
	*b = (struct tcpmig_buffer){ .addr = (uintptr_t)s->bytes, .size = s->size, .fd = -1 };
	return ioctl(session, TCPMIG_IOC_SET, b) ? errno : 0;
}

/* Whose connection it is: what the bytes say, or, where they cannot be read, what they were made of. */
static const struct state *readable(const struct state *s, const struct state *seed)
{
	size_t laddr, raddr;

	if (!can_be_walked(s))
		return seed;
	laddr = attribute_find(s, TCPMIG_A_LADDR);
	raddr = attribute_find(s, TCPMIG_A_RADDR);
	return laddr < s->size && attribute_len(s, laddr) == 16 && raddr < s->size && attribute_len(s, raddr) == 16 ? s : seed;
}

uint64_t live(const struct state *s, const struct state *seed, struct dice *d, struct tally *t)
{
	const struct state *who = readable(s, seed);
	struct tcpmig_capture c = { .tuple = state_tuple(who) };
	struct peer p = peer_of(who);
	int session = session_open(), err;
	struct tcpmig_buffer b;

	t->inputs++;
	if (!ioctl(session, TCPMIG_IOC_CAPTURE, &c))
		speak_early(&p, d);
	err = set(session, s, &b);
	t->refused += err == EBADMSG;
	t->rebuilds += err != EBADMSG;
	t->built += !err;
	/* Of those that are built two of five are thrown away: by the session's end, which is a path of its own. */
	if (!err && dice_below(d, 5) < 3)
		begin(session, b.fd, &c.tuple, &p, d, t);
	else if (!err && b.fd >= 0)
		close(b.fd);
	close(session);
	return (uint64_t)err << 8 | b.refusal << 16 | value_get(who, TCPMIG_A_TCP_STATE);
}

void life_end(struct tally *t)
{
	for (unsigned int i = 0; i < LIVES; i++)
		end(&lives[i], t);
}

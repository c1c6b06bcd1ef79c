// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SET takes must also be fit to live: connections over loopback are taken out on one end, changed, put back and
 * used. They may stall or break, as their state is not the other end's; the kernel must not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pair.h"
#include "selftest.h"
#include "session.h"
#include "tamper.h"

/* Reads what is there; *right goes up to the first byte that is wrong. */
static void read_piece(int fd, uint64_t *right)
{
	uint8_t piece[PAIR_PIECE];
	ssize_t n;

	while ((n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
		for (ssize_t i = 0; i < n; i++, ++*right)
			if (piece[i] != (uint8_t)(*right * 31 + (*right >> 8)))
				return;
}

/* Loopback delivers in the call that sends: nothing is waited for. Bytes that arrived as they were sent, both ways. */
static bool pair_use(const struct pair *p, uint64_t to_near, uint64_t to_far)
{
	uint64_t near_right = 0, far_right = 0;

	for (unsigned int round = 0; round < 4; round++) {
		to_near += pair_send(p->far, to_near, PAIR_PIECE);
		to_far += pair_send(p->near, to_far, PAIR_PIECE);
		read_piece(p->near, &near_right);
		read_piece(p->far, &far_right);
	}
	return near_right == to_near && far_right == to_far;
}

/* One connection from open to close. `change` may be nothing. */
static void live(struct trial *t, int listener, const struct sockaddr_in *a, void (*change)(struct state *, void *),
		 void *arg, enum expectation e, unsigned int number)
{
	struct pair p = pair_open(listener, a);
	uint64_t to_near = pair_send(p.far, 0, 5000), to_far = pair_send(p.near, 0, 5000);
	struct state s = pair_take(&p);
	bool right = false;
	int err;

	if (change)
		change(&s, arg);
	err = pair_give(&p, &s);
	if (!err)
		right = pair_use(&p, to_near, to_far);
	pair_close(&p);
	state_free(&s);
	t->tried++;
	t->taken += !err;
	t->refused += err == EBADMSG;
	if (e == REFUSED ? err == EBADMSG : e == TAKEN ? !err && right : !err || err == EBADMSG)
		return;
	t->unexpected++;
	say("unexpected", "\"kind\":\"%s\",\"what\":\"%s\",\"number\":%u", t->kind,
	    err ? strerror(err) : right ? "taken" : "wrong bytes", number);
}

struct setting {
	uint16_t type;
	uint64_t value;
};

static void change_one(struct state *s, void *arg)
{
	const struct setting *c = arg;

	value_set(s, c->type, c->value);
}

/* A few scalars with values from the ends of what they hold. The connection stays the same one. */
static void change_some(struct state *s, void *arg)
{
	uint64_t *seed = arg;

	for (unsigned int i = 1 + random_next(seed) % 4; i; i--) {
		uint64_t r = random_next(seed), wild = random_next(seed);
		uint64_t values[] = { 0, 1, 2, wild & 0xff, wild & 0xffff, 0x7fffffff, 0xffffffff, wild };

		value_set(s, TCPMIG_A_RCV_WUP + r % (TCPMIG_A_TOTAL_RETRANS - TCPMIG_A_RCV_WUP + 1),
			  values[(r >> 16) % 8]);
	}
}

/* In congestion avoidance with a window of two segments, CUBIC divides by CNT, or counts ACK_CNT down. */
static void change_cubic(struct state *s, void *arg)
{
	const struct setting *c = arg;

	value_set(s, TCPMIG_A_CWND, 2);
	value_set(s, TCPMIG_A_CWND_CNT, 0);
	value_set(s, TCPMIG_A_SSTHRESH, 2);
	value_set(s, TCPMIG_A_CUBIC_CNT, 2);
	value_set(s, TCPMIG_A_CUBIC_LAST_CWND, c->type == TCPMIG_A_CUBIC_CNT ? 2 : 0);
	value_set(s, TCPMIG_A_CUBIC_LAST_AGE_MS, 0);
	value_set(s, TCPMIG_A_CUBIC_EPOCH_AGE_MS, 100);
	value_set(s, TCPMIG_A_CUBIC_ACK_CNT, 0);
	value_set(s, c->type, c->value);
}

unsigned int try_lives(unsigned int count, uint64_t seed)
{
	struct setting divisor = { TCPMIG_A_CUBIC_CNT, 0 }, acks = { TCPMIG_A_CUBIC_ACK_CNT, UINT32_MAX };
	struct trial t = { .kind = "lives", .session = -1 };
	struct sockaddr_in a;
	int listener = pair_listen(&a);

	live(&t, listener, &a, NULL, NULL, TAKEN, 0);
	live(&t, listener, &a, change_cubic, &divisor, REFUSED, 0);
	live(&t, listener, &a, change_cubic, &acks, REFUSED, 0);
	for (size_t i = 0; i < ranges_count; i++) {
		struct setting least = { ranges[i].type, ranges[i].min }, most = { ranges[i].type, ranges[i].max };

		live(&t, listener, &a, change_one, &least, EITHER, i);
		live(&t, listener, &a, change_one, &most, EITHER, i);
	}
	for (unsigned int i = 0; i < count; i++)
		live(&t, listener, &a, change_some, &seed, EITHER, i);
	close(listener);
	return trial_end(&t);
}

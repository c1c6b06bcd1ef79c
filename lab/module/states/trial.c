// SPDX-License-Identifier: GPL-2.0-only
#include "trial.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "move.h"
#include "options.h"
#include "say.h"
#include "verbs.h"

const char *const family_names[FAMILIES] = { "ipv4", "ipv6", "mapped" };
const char *const direction_names[DIRECTIONS] = { "a-b", "b-a", "back", "held", "aborted", "stay" };

/* Numbers begin near their end, so that they wrap in the middle of each trial. */
#define PEER_ISS 0xfffffe00u
#define MSS4 1460
#define MSS6 1440

void fail(struct trial *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t->reason, sizeof(t->reason), format, ap);
	va_end(ap);
	longjmp(t->end, 1);
}

void trace(const struct trial *t, const char *format, ...)
{
	va_list ap;

	if (!t->verbose)
		return;
	fprintf(stderr, "%9.3f ", (now_ns() - t->start_ns) / 1e6);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* Ports of its own: what an earlier trial left cannot be mistaken for this one's. */
static void begin(struct trial *t)
{
	static uint16_t number;

	number = number % 9999 + 1;
	t->start_ns = now_ns();
	t->at = t->direction == B_TO_A;
	t->hears[t->at] = t->speaks[t->at] = true;
	t->hears[!t->at] = t->speaks[!t->at] = false;
	t->node = (struct node){ .fd = -1, .listener = -1, .port = 10000 + number, .urgent_at = UINT32_MAX };
	t->peer = (struct peer){ .port = 20000 + number, .iss = PEER_ISS, .window = 60000, .acks = true,
				 .start_ns = t->start_ns,
				 .offer = { .mss = t->family == IPV6 ? MSS6 : MSS4, .wscale = 2, .sack = true,
					    .stamps = true } };
	t->seen = (struct seen){};
	t->proof = (struct proof){};
	t->reason[0] = 0;
}

static void compare_dumps(struct trial *t, const struct dump *first, const struct dump *second)
{
	char why[900];

	if (t->verbose) {
		trace(t, "the state that left first");
		dump_print(first);
		trace(t, "the state that left second");
		dump_print(second);
	}
	if (!dumps_agree(first, second, why, sizeof(why)))
		fail(t, "the state is another one after a move: %s", why);
}

/* For others to go on from: tcpmig-fuzz. */
static void save(struct trial *t, const struct dump *d, int number)
{
	char name[64];

	if (!t->save || !d->size)
		return;
	snprintf(name, sizeof(name), number ? "%s-%s-%d" : "%s-%s", t->situation->name, family_names[t->family], number);
	if (!dump_save(d, t->save, name))
		fail(t, "%s/%s: %s", t->save, name, strerror(errno));
}

/* What happens while it is frozen happens once; a second move then finds its consequences. */
static void move(struct trial *t)
{
	void (*during)(struct trial *) = t->situation->during;
	struct dump first[SOCKETS_MAX] = {}, second[SOCKETS_MAX] = {};
	unsigned int worked;

	switch (t->direction) {
	case STAY:
		if (during)
			during(t);
		return;
	case ABORTED:
		return move_aborted(t, !t->at, during);
	case A_TO_B:
	case B_TO_A:
	case HELD:
		move_connection(t, !t->at, during, first);
		break;
	default:
		worked = t->seen.worked;
		move_connection(t, !t->at, during, first);
		t->corruption = NULL;
		prove_again(t);
		move_connection(t, !t->at, NULL, second);
		/* A timer that ran out in between has used the connection. */
		t->compared = !during && t->seen.worked == worked;
		for (int i = 0; t->compared && i < SOCKETS_MAX; i++)
			compare_dumps(t, &first[i], &second[i]);
	}
	for (int i = 0; i < SOCKETS_MAX; i++) {
		save(t, &first[i], i);
		if (t->keep)
			dump_take(&t->keep[i], first[i].bytes, first[i].size);
		dump_free(&first[i]);
		dump_free(&second[i]);
	}
}

static void carry_out(struct trial *t)
{
	const struct situation *s = t->situation;
	struct option_values before;
	int state;

	s->prepare(t);
	state = t->proof.state;
	if (s->refused) {
		if (t->direction != STAY)
			(s->ask ? s->ask : attach_refused)(t, s->refused);
	} else {
		options_read(t, &before);
		move(t);
		settle(t);
		prove_again(t);
		/* A SYN, ACK that comes in between decides on some of them. */
		if (t->proof.state == state)
			options_compare(t, &before);
	}
	trace(t, "to the end");
	(s->finish ? s->finish : finish)(t);
}

bool trial_run(struct trial *t)
{
	begin(t);
	if (setjmp(t->end)) {
		machines_stop(t->machines);
		machines_start(t->machines);
		return false;
	}
	carry_out(t);
	return true;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../selftest/selftest.h"

static const char usage[] =
	"usage: tcpmig-race [MOVES]\n"
	"Opens, closes, attaches, freezes, calls off, moves and captures connections over loopback from several threads at once,\n"
	"while they carry data, until MOVES (2000) moves were tried. Prints how often each succeeded. Needs root and tcpmig.\n";

struct slot slots[SLOTS];
atomic_bool over;
atomic_uint deeds[DEED_COUNT];

static const struct role {
	void (*one)(struct dice *d);
	unsigned int threads;
} roles[] = { { share_one, 2 }, { capture_one, 1 }, { stream_one, 2 }, { renew_one, 1 }, { read_one, 1 } };

#define MOVERS 3
#define THREADS_MAX 16

struct thread {
	pthread_t id;
	void (*one)(struct dice *d);
	unsigned int times;     /* 0: until it is over */
	struct dice dice;
};

static void *run(void *arg)
{
	struct thread *t = arg;

	for (unsigned int i = 0; t->times ? i < t->times : !atomic_load(&over); i++)
		t->one(&t->dice);
	return NULL;
}

static void start(struct thread *t, void (*one)(struct dice *d), unsigned int times, uint64_t number)
{
	*t = (struct thread){ .one = one, .times = times, .dice.state = number };
	if (pthread_create(&t->id, NULL, run, t))
		die("pthread_create");
}

/* A machine of our own: what is left of the race goes with it. */
static void loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (unshare(CLONE_NEWNET) || fd < 0)
		die("unshare");
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &r))
		die("lo");
	close(fd);
}

static void tell(void)
{
#define NAME(name) #name,
	static const char *const names[] = { DEEDS(NAME) };
	char line[1024];
	int n = 0;

	for (unsigned int i = 0; i < DEED_COUNT; i++)
		n += snprintf(line + n, sizeof(line) - n, "%s\"%s\":%u", i ? "," : "", names[i], atomic_load(&deeds[i]));
	say("race-end", "%s", line);
}

int main(int argc, char **argv)
{
	unsigned int moves = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000, count = 0;
	struct thread threads[THREADS_MAX];

	if (argc > 2 || !moves) {
		fputs(usage, stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	loopback_up();
	for (unsigned int i = 0; i < SLOTS; i++) {
		slots[i].near = slots[i].far = -1;
		slot_renew(&slots[i]);
	}
	for (; count < MOVERS; count++)
		start(&threads[count], move_one, (moves + MOVERS - 1) / MOVERS, count);
	for (size_t r = 0; r < sizeof(roles) / sizeof(*roles); r++)
		for (unsigned int i = 0; i < roles[r].threads; i++, count++)
			start(&threads[count], roles[r].one, 0, count);
	for (unsigned int i = 0; i < MOVERS; i++)
		pthread_join(threads[i].id, NULL);
	atomic_store(&over, true);
	for (unsigned int i = MOVERS; i < count; i++)
		pthread_join(threads[i].id, NULL);
	tell();
	return 0;
}

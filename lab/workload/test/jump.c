// SPDX-License-Identifier: GPL-2.0-only
/* To be preloaded: SIGUSR1 sets the process's clock forward by 10,000 s, SIGUSR2 back by 20,000 s. */
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Far from zero, so that the clock can go back. */
static atomic_long offset_s = 100000;

static void jump(int signal)
{
	offset_s += signal == SIGUSR1 ? 10000 : -20000;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	long error = syscall(SYS_clock_gettime, clock, time);

	time->tv_sec += offset_s;
	return (int)error;
}

__attribute__((constructor)) static void start(void)
{
	struct sigaction action = { .sa_handler = jump };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
}

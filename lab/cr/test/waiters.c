// SPDX-License-Identifier: GPL-2.0-only
/* Each thread enters one call that only judge_waiters() lets return: EINTR or any other early end is a failure. */
#include <errno.h>
#include <fenv.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "carried.h"

#define SLEEP_NS 1500000000ll

static int quit;
static int read_pipe[2], poll_pipe[2], select_pipe[2], epoll_pipe[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, robust;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static __thread int own;

static int wait_read(void)
{
	char byte;

	return read(read_pipe[0], &byte, 1) == 1 && byte == 'r';
}

static int wait_poll(void)
{
	struct pollfd fd = { .fd = poll_pipe[0], .events = POLLIN };

	return poll(&fd, 1, -1) == 1 && fd.revents == POLLIN;
}

static int wait_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(select_pipe[0], &set);
	return select(select_pipe[0] + 1, &set, NULL, NULL, NULL) == 1;
}

static int wait_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 }, got = { 0 };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(fd, EPOLL_CTL_ADD, epoll_pipe[0], &event);
	return epoll_wait(fd, &got, 1, -1) == 1 && got.data.u64 == event.data.u64;
}

static int wait_condition(void)
{
	pthread_mutex_lock(&mutex);
	while (!quit)
		pthread_cond_wait(&condition, &mutex);
	pthread_mutex_unlock(&mutex);
	return 1;
}

static int wait_semaphore(void)
{
	return sem_wait(&semaphore) == 0;
}

static int wait_signal(void)
{
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigwaitinfo(&set, &info) == SIGUSR2 && info.si_value.sival_int == 4711;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Sleeps again and again, so that the move meets one; no single sleep may fail or be short. */
static int sleep_relative(void)
{
	struct timespec wanted = { SLEEP_NS / 1000000000, SLEEP_NS % 1000000000 }, rest;

	while (!__atomic_load_n(&quit, __ATOMIC_RELAXED)) {
		int64_t begun = now_ns();

		if (clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, &rest) || now_ns() - begun < SLEEP_NS)
			return 0;
	}
	return 1;
}

static int sleep_absolute(void)
{
	while (!__atomic_load_n(&quit, __ATOMIC_RELAXED)) {
		int64_t end = now_ns() + SLEEP_NS;
		struct timespec until = { end / 1000000000, end % 1000000000 };

		if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) || now_ns() < end)
			return 0;
	}
	return 1;
}

/* Vector registers and rounding mode live in the thread, not in memory. */
static int compute(void)
{
	double expected = 0;

	fesetround(FE_UPWARD);
	for (int round = 0; !__atomic_load_n(&quit, __ATOMIC_RELAXED); round++) {
		double sum = 0;

		for (int i = 1; i < 2000000; i++)
			sum += 1.0 / i;
		if (round == 0)
			expected = sum;
		if (sum != expected || fegetround() != FE_UPWARD)
			return 0;
	}
	return 1;
}

static int hold_robust(void)
{
	pthread_mutex_lock(&robust);
	while (!__atomic_load_n(&quit, __ATOMIC_RELAXED))
		usleep(20000);
	return 1; /* ends with the lock: the next owner is told so by the kernel */
}

static struct waiter {
	const char *name;
	int (*work)(void);
	pthread_t thread;
	int tid, good;
	char short_name[16];
} waiters[] = {
	{ .name = "blocked read", .work = wait_read },
	{ .name = "blocked poll", .work = wait_poll },
	{ .name = "blocked select", .work = wait_select },
	{ .name = "blocked epoll_wait", .work = wait_epoll },
	{ .name = "condition variable", .work = wait_condition },
	{ .name = "sem_wait", .work = wait_semaphore },
	{ .name = "sigwaitinfo", .work = wait_signal },
	{ .name = "relative sleep", .work = sleep_relative },
	{ .name = "absolute sleep", .work = sleep_absolute },
	{ .name = "floating point", .work = compute },
	{ .name = "robust mutex held", .work = hold_robust },
};
#define WAITERS (sizeof(waiters) / sizeof(*waiters))

static void *run(void *argument)
{
	struct waiter *waiter = argument;
	int mine = waiter - waiters + 100;
	char name[16];

	own = mine;
	waiter->tid = syscall(SYS_gettid);
	strncpy(waiter->short_name, waiter->name, sizeof(waiter->short_name) - 1);
	prctl(PR_SET_NAME, waiter->short_name);
	waiter->good = waiter->work();
	prctl(PR_GET_NAME, name);
	waiter->good &= own == mine && waiter->tid == syscall(SYS_gettid) && !strcmp(name, waiter->short_name);
	return NULL;
}

void start_waiters(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attributes);
	sem_init(&semaphore, 0, 0);
	if (pipe(read_pipe) || pipe(poll_pipe) || pipe(select_pipe) || pipe(epoll_pipe))
		return;
	for (size_t i = 0; i < WAITERS; i++)
		pthread_create(&waiters[i].thread, NULL, run, &waiters[i]);
}

void judge_waiters(void)
{
	int robust_state;

	pthread_mutex_lock(&mutex);
	__atomic_store_n(&quit, 1, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&mutex);
	if (write(read_pipe[1], "r", 1) + write(poll_pipe[1], "p", 1) + write(select_pipe[1], "s", 1) +
	    write(epoll_pipe[1], "e", 1) != 4)
		check("wake pipes", 0);
	sem_post(&semaphore);
	sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 4711 });
	for (size_t i = 0; i < WAITERS; i++) {
		pthread_join(waiters[i].thread, NULL);
		check(waiters[i].name, waiters[i].good);
	}
	robust_state = pthread_mutex_lock(&robust);
	check("robust list", robust_state == EOWNERDEAD);
}

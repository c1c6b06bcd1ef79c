// SPDX-License-Identifier: GPL-2.0-only
/*
 * carried LOG: builds up process state, appends "ready" to LOG, and on SIGTERM checks that all of it is still there,
 * one TAP line each. It knows nothing of migration; not moved at all, it must say ok too.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "carried.h"

#define PIPE_BYTES 5000
#define IMAGE_WORDS (1 << 20)

static int failures, count;
static int file, twin, filled_pipe[2], event, timer, appended;
static unsigned int *image, *hidden;
static char *mapped, *alternate;
static volatile sig_atomic_t ticks, on_alternate;
static char directory[256];
static int pid;

void check(const char *name, int good)
{
	failures += !good;
	printf("%s %d - carried: %s\n", good ? "ok" : "not ok", ++count, name);
	fflush(stdout);
}

static unsigned int word(unsigned int i)
{
	return i * 2654435761u ^ i >> 7;
}

static void on_tick(int number)
{
	(void)number;
	ticks++;
}

static void on_alternate_stack(int number)
{
	char here;

	(void)number;
	on_alternate = &here >= alternate && &here < alternate + 65536;
}

static void prepare_files(void)
{
	file = open("/proc/self/exe", O_RDONLY);
	twin = dup(file);
	lseek(twin, 1234, SEEK_SET);
	fcntl(twin, F_SETFD, FD_CLOEXEC);
	if (pipe2(filled_pipe, O_NONBLOCK))
		exit(1);
	for (int i = 0; i < PIPE_BYTES; i++)
		if (write(filled_pipe[1], &(char){ (char)word(i) }, 1) != 1)
			exit(1);
	event = eventfd(77, EFD_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, 0);
	timerfd_settime(timer, 0, &(struct itimerspec){ { 0, 50000000 }, { 0, 50000000 } }, NULL);
}

static void prepare_memory(void)
{
	int exe = open("/proc/self/exe", O_RDONLY);

	image = malloc(IMAGE_WORDS * sizeof(*image));
	for (unsigned int i = 0; i < IMAGE_WORDS; i++)
		image[i] = word(i);
	mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, exe, 0);
	memcpy(mapped + 100, "changed", 8);
	mprotect(mapped, 8192, PROT_READ);
	hidden = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hidden[7] = word(7);
	mprotect(hidden, 4096, PROT_NONE);
	close(exe);
}

static void prepare_signals(void)
{
	stack_t stack = { .ss_sp = alternate = malloc(65536), .ss_size = 65536 };
	struct sigaction tick = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
	struct sigaction alternate_action = { .sa_handler = on_alternate_stack, .sa_flags = SA_ONSTACK | SA_RESTART };
	struct itimerval every = { { 0, 500 }, { 0, 500 } }; /* so short that it expires in the handler */
	sigset_t blocked, alarm;

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &alternate_action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR2);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGRTMIN + 3);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 99 });
	pthread_kill(pthread_self(), SIGRTMIN + 3);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	start_waiters(); /* with the timer's signal blocked, so that it reaches no call under test */
	pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
	sigaction(SIGALRM, &tick, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void check_files(void)
{
	char byte, good = 1;
	uint64_t value = 0, expired = 0;

	check("offset shared by duplicates", lseek(file, 0, SEEK_CUR) == 1234 && lseek(twin, 1, SEEK_CUR) == 1235 &&
						     lseek(file, 0, SEEK_CUR) == 1235);
	check("close-on-exec", !(fcntl(file, F_GETFD) & FD_CLOEXEC) && (fcntl(twin, F_GETFD) & FD_CLOEXEC));
	for (int i = 0; i < PIPE_BYTES; i++)
		good &= read(filled_pipe[0], &byte, 1) == 1 && byte == (char)word(i);
	check("pipe contents", good && read(filled_pipe[0], &byte, 1) < 0 && errno == EAGAIN);
	check("eventfd", read(event, &value, 8) == 8 && value == 77);
	check("timerfd", read(timer, &expired, 8) == 8 && expired >= 1 && read(timer, &expired, 8) == 8);
	check("O_APPEND", fcntl(appended, F_GETFL) & O_APPEND);
}

static void check_memory(void)
{
	unsigned int wrong = 0;
	void *top = sbrk(0);

	for (unsigned int i = 0; i < IMAGE_WORDS; i++)
		wrong += image[i] != word(i);
	check("heap", wrong == 0);
	check("private file page", !strcmp(mapped + 100, "changed") && !memcmp(mapped, "\177ELF", 4));
	mprotect(hidden, 4096, PROT_READ);
	check("page without permission", hidden[7] == word(7));
	check("brk", sbrk(65536) == top && sbrk(0) == (char *)top + 65536);
}

static void check_signals(void)
{
	sigset_t mask, wanted;
	siginfo_t info;
	int before = ticks, queued = 0, directed = 0;
	struct itimerval left;

	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	check("signal mask", sigismember(&mask, SIGUSR2) && sigismember(&mask, SIGTERM) && !sigismember(&mask, SIGALRM));
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGRTMIN + 3);
	while (sigtimedwait(&wanted, &info, &(struct timespec){ 0 }) > 0) {
		queued += info.si_code == SI_QUEUE && info.si_value.sival_int == 99;
		directed += info.si_code == SI_USER || info.si_code == SI_TKILL;
	}
	check("pending signals", queued == 1 && directed == 1);
	raise(SIGUSR1);
	check("alternate stack", on_alternate);
	getitimer(ITIMER_REAL, &left);
	check("interval timer", left.it_interval.tv_usec == 500);
	while (ticks < before + 2)
		usleep(1000);
	check("interval timer's signals", 1);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
}

static void *nothing(void *argument)
{
	return argument;
}

static void check_process(const struct timespec *begun)
{
	struct timespec now, raw;
	struct rlimit limit;
	char here[256] = "";
	pthread_t thread;
	void *result = NULL;
	int status = -1;
	pid_t child;

	check("pid", getpid() == pid && syscall(SYS_gettid) == pid);
	check("working directory", getcwd(here, sizeof(here)) && !strcmp(here, directory));
	check("umask", umask(0) == 027);
	getrlimit(RLIMIT_NOFILE, &limit);
	check("limit", limit.rlim_cur == 321);
	clock_gettime(CLOCK_MONOTONIC, &now);
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &raw);
	check("monotonic clock goes on", now.tv_sec >= begun->tv_sec && now.tv_sec - begun->tv_sec < 300);
	check("vdso and kernel agree", raw.tv_sec - now.tv_sec <= 1);
	check("new thread", !pthread_create(&thread, NULL, nothing, &status) && !pthread_join(thread, &result) &&
				    result == &status);
	child = fork();
	if (!child)
		_exit(42);
	check("new child", waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 42);
}

int main(int arguments, char **words)
{
	struct timespec begun;
	sigset_t end;
	int number;

	if (arguments != 2)
		return 64;
	appended = open(words[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (appended < 0 || dup2(appended, 1) < 0 || dup2(appended, 2) < 0 || !getcwd(directory, sizeof(directory)))
		return 1;
	pid = getpid();
	umask(027);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 321, 321 });
	clock_gettime(CLOCK_MONOTONIC, &begun);
	prepare_files();
	prepare_memory();
	prepare_signals();
	printf("# ready %d\n", pid);
	fflush(stdout);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	do
		number = sigwaitinfo(&end, NULL);
	while (number < 0 && errno == EINTR);
	check_files();
	check_memory();
	check_signals();
	judge_waiters();
	check_process(&begun);
	printf("# done %d\n", failures);
	return failures != 0;
}

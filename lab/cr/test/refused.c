// SPDX-License-Identifier: GPL-2.0-only
/* refused KIND: becomes a process that cannot be moved for one reason, says "ready" and counts until SIGTERM. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void unix_socket(void)
{
	int pair[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static void udp_socket(void)
{
	socket(AF_INET, SOCK_DGRAM, 0);
}

static void deleted_file(void)
{
	char path[] = "/tmp/refusedXXXXXX";

	mkstemp(path);
	unlink(path);
}

static void memory_file(void)
{
	memfd_create("test", 0);
}

static void shared_memory(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void sysv_shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);

	shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
}

static void locked_memory(void)
{
	mlock(calloc(16, 4096), 65536);
}

static void child(void)
{
	int pid = getpid();

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == pid)
			pause();
		_exit(0);
	}
}

static void timer(void)
{
	timer_t id;

	timer_create(CLOCK_MONOTONIC, &(struct sigevent){ .sigev_notify = SIGEV_NONE }, &id);
}

static void signal_descriptor(void)
{
	sigset_t set;

	sigemptyset(&set);
	signalfd(-1, &set, 0);
}

static void watcher(void)
{
	inotify_init();
}

static void file_lock(void)
{
	flock(open("/proc/self/exe", O_RDONLY), LOCK_EX);
}

static void *masked(void *argument)
{
	unsigned long all = ~0ul;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, sizeof(all));
	for (;;)
		pause();
	return argument;
}

static void masked_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, masked, NULL);
}

static void user(void)
{
	if (setresuid(1, 1, 1))
		exit(1);
}

static void handler_lost(void)
{
	unsigned long action[4] = { 0 };

	syscall(SYS_rt_sigaction, 64, action, NULL, 8);
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*become)(void);
} kinds[] = {
	{ "unix-socket", unix_socket }, { "udp-socket", udp_socket },
	{ "deleted-file", deleted_file }, { "memfd", memory_file }, { "shared-memory", shared_memory },
	{ "sysv-shm", sysv_shm }, { "locked-memory", locked_memory }, { "children", child }, { "posix-timer", timer },
	{ "signalfd", signal_descriptor }, { "inotify", watcher }, { "file-lock", file_lock },
	{ "thread-masks-signal", masked_thread }, { "credentials", user }, { "no-handler", handler_lost },
	{ "nothing", nothing },
};

int main(int count, char **words)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (count == 2 && !strcmp(words[1], kinds[i].name))
			kinds[i].become();
	for (int n = 0;; n++) {
		dprintf(1, "%d\n", n);
		usleep(20000);
	}
}

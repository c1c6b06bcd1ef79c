// SPDX-License-Identifier: GPL-2.0-only
/* All threads of the process stop in the handler; the main thread leads (paper 2.1, steps 2 and 3). */
#include <asm/prctl.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include "process.h"
#include "text.h"

/* Odd while a checkpoint keeps the threads; they wait until it changes. */
static uint32_t gate;
static uint32_t arrived;
/* Threads in the handler: the arena stays while one of them may look into it. */
static uint32_t inside;

struct directory_entry {
	uint64_t inode;
	int64_t next;
	unsigned short size;
	unsigned char type;
	char name[];
};

int gathering(void)
{
	return __atomic_load_n(&gate, __ATOMIC_ACQUIRE) & 1;
}

void await_release(void)
{
	uint32_t closed = __atomic_load_n(&gate, __ATOMIC_ACQUIRE);

	while ((closed & 1) && __atomic_load_n(&gate, __ATOMIC_ACQUIRE) == closed)
		SYS(futex, &gate, FUTEX_WAIT_PRIVATE, closed, 0);
}

void release_threads(void)
{
	__atomic_add_fetch(&gate, 1, __ATOMIC_RELEASE);
	SYS(futex, &gate, FUTEX_WAKE_PRIVATE, 0x7fffffff);
}

void read_thread_state(struct thread *thread, struct ucontext *frame)
{
	SYS(arch_prctl, ARCH_GET_FS, &thread->fs);
	SYS(arch_prctl, ARCH_GET_GS, &thread->gs);
	SYS(get_robust_list, 0, &thread->robust_list, &thread->robust_size);
	SYS(prctl, PR_GET_TID_ADDRESS, &thread->tid_address);
	SYS(prctl, PR_GET_NAME, thread->name);
	drain_private(thread->tid == process.pid ? 0 : thread->tid);
	thread->frame = frame;
	__atomic_store_n(&thread->gathered, 1, __ATOMIC_RELEASE);
}

static struct thread *find_thread(int tid)
{
	uint32_t count = __atomic_load_n(&process.thread_count, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < count; i++)
		if (process.threads[i].tid == tid)
			return &process.threads[i];
	return NULL;
}

static void join(struct ucontext *frame)
{
	struct thread *thread = gathering() ? find_thread(SYS(gettid)) : NULL;

	if (!thread)
		return;
	read_thread_state(thread, frame);
	__atomic_add_fetch(&arrived, 1, __ATOMIC_RELEASE);
	SYS(futex, &arrived, FUTEX_WAKE_PRIVATE, 1);
	await_release();
}

void join_checkpoint(struct ucontext *frame)
{
	__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
	join(frame);
	__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

void await_leaving(void)
{
	while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST))
		SYS(sched_yield);
}

void forget_joined(void)
{
	inside = 0;
}

static int call_thread(int tid)
{
	struct thread *thread = &process.threads[process.thread_count];
	siginfo_t info;

	if (process.thread_count == THREADS_MAX)
		return refuse("threads", "more than this library can carry");
	memset(&info, 0, sizeof(info));
	info.si_signo = CR_SIGNAL;
	info.si_code = SI_QUEUE;
	info.si_pid = process.pid;
	thread->tid = tid;
	__atomic_add_fetch(&process.thread_count, 1, __ATOMIC_RELEASE);
	if (tid == process.pid)
		return 0;
	read_blocked_syscall(tid, &thread->blocked);
	SYS(rt_tgsigqueueinfo, process.pid, tid, CR_SIGNAL, &info);
	return 0;
}

/* Calls every thread that has not been called; *called counts them. */
static int call_threads(int *called)
{
	char buffer[1024] __attribute__((aligned(8)));
	int fd = SYS(open, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
	long size;

	*called = 0;
	if (fd < 0)
		return refuse_error("threads", "/proc/self/task", fd);
	while (!error && (size = SYS(getdents64, fd, buffer, sizeof(buffer))) > 0)
		for (long at = 0; !error && at < size;) {
			struct directory_entry *entry = (void *)(buffer + at);
			const char *name = entry->name;
			int tid = *name == '.' ? 0 : (int)text_decimal(&name);

			at += entry->size;
			if (!tid || find_thread(tid))
				continue;
			error = call_thread(tid);
			++*called;
		}
	SYS(close, fd);
	return error;
}

static int await_thread(struct thread *thread)
{
	while (!__atomic_load_n(&thread->gathered, __ATOMIC_ACQUIRE)) {
		uint32_t seen = __atomic_load_n(&arrived, __ATOMIC_ACQUIRE);
		struct __kernel_timespec slice = { .tv_nsec = 10000000 };

		if (__atomic_load_n(&thread->gathered, __ATOMIC_ACQUIRE))
			break;
		SYS(futex, &arrived, FUTEX_WAIT_PRIVATE, seen, &slice);
		if (SYS(tgkill, process.pid, thread->tid, 0) == -ESRCH)
			return 1; /* it ended meanwhile */
		if (now_ns() > process.deadline_ns)
			return refuse_error("thread-not-gathered", "it masks the checkpoint's signal or cannot run: tid",
					    -thread->tid);
	}
	return 0;
}

static void forget_thread(uint32_t index)
{
	process.threads[index] = process.threads[--process.thread_count];
	memset(&process.threads[process.thread_count], 0, sizeof(struct thread));
}

/* Threads may be created until the last creator has stopped: look until nobody new is there. */
int gather_threads(void)
{
	int called;

	__atomic_add_fetch(&gate, 1, __ATOMIC_RELEASE);
	do {
		if (call_threads(&called))
			return -1;
		for (uint32_t i = 0; i < process.thread_count;) {
			int state = process.threads[i].tid == process.pid ? 0 : await_thread(&process.threads[i]);

			if (state < 0)
				return -1;
			if (state)
				forget_thread(i);
			else
				i++;
		}
	} while (called);
	return 0;
}

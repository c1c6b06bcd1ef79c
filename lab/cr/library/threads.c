// SPDX-License-Identifier: GPL-2.0-only
/* Threads at the destination: each is made with its old number, takes up its kernel state, waits with the others, and
 * returns from the signal it received at the origin (paper 2.2, steps 2, 5 and 6). */
#include <asm/prctl.h>
#include <linux/rseq.h>
#include <linux/sched.h>
#include "process.h"

#define RSEQ_SIZE 32
#define RSEQ_SIGNATURE 0x53053053

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

/* Below the frame that the kernel pushed nothing lives that anyone returns to. */
uint64_t restart_stack(const struct ucontext *frame)
{
	return ((uint64_t)frame - 1024) & ~63ull;
}

void restore_thread_state(const struct thread *thread)
{
	SYS(arch_prctl, ARCH_SET_FS, thread->fs);
	if (thread->gs)
		SYS(arch_prctl, ARCH_SET_GS, thread->gs);
	SYS(set_tid_address, thread->tid_address);
	if (thread->robust_list)
		SYS(set_robust_list, thread->robust_list, thread->robust_size);
	if (&__rseq_size && __rseq_size) {
		struct rseq *area = (struct rseq *)(thread->fs + __rseq_offset);

		area->rseq_cs = 0; /* the signal ended any critical section */
		SYS(rseq, area, RSEQ_SIZE, 0, RSEQ_SIGNATURE);
	}
	SYS(prctl, PR_SET_NAME, thread->name);
}

__attribute__((naked, noreturn)) void return_to_frame(struct ucontext *frame __attribute__((unused)))
{
	__asm__("mov %rdi, %rsp\n"
		"mov $15, %eax\n" /* rt_sigreturn */
		"syscall\n"
		"hlt\n");
}

/* Entered on the thread's own stack. */
__attribute__((noreturn, used)) static void thread_main(struct thread *thread)
{
	struct ucontext *frame = thread->frame;

	restore_thread_state(thread);
	__atomic_store_n(&thread->gathered, 1, __ATOMIC_RELEASE);
	await_release(); /* the arena may be gone afterwards */
	return_to_frame(frame);
}

/* The new thread has another stack, so it cannot return from this function: it calls thread_main. */
static long clone_thread(struct clone_args *arguments, struct thread *thread)
{
	long result;
	register struct thread *kept __asm__("r12") = thread;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r12, %%rdi\n\t"
			 "call thread_main\n"
			 "1:"
			 : "=a"(result)
			 : "0"(__NR_clone3), "D"(arguments), "S"(sizeof(*arguments)), "r"(kept)
			 : "rcx", "r11", "memory");
	return result;
}

static int restart_thread(struct thread *thread)
{
	uint64_t stack = restart_stack(thread->frame);
	int32_t tid = thread->tid;
	struct clone_args arguments = {
		.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS,
		.stack = stack - 4096,
		.stack_size = 4096,
		.tls = thread->fs,
		.set_tid = (uint64_t)&tid,
		.set_tid_size = 1,
	};
	long made;

	__atomic_store_n(&thread->gathered, 0, __ATOMIC_RELAXED);
	made = clone_thread(&arguments, thread);
	return made < 0 ? refuse_error("thread", "its number cannot be had: tid", made == -EEXIST ? -tid : made) : 0;
}

/* Returns when every thread waits at the gate. */
int restart_threads(void)
{
	for (uint32_t i = 1; i < process.thread_count; i++)
		if (restart_thread(&process.threads[i]))
			return -1;
	for (uint32_t i = 1; i < process.thread_count; i++)
		while (!__atomic_load_n(&process.threads[i].gathered, __ATOMIC_ACQUIRE))
			SYS(sched_yield);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that our signal ended with EINTR although the program asked for nothing: they begin again, as if
 * nothing had happened. The kernel restarts most by itself (SA_RESTART); these it does not (signal(7)).
 *
 * What a thread was blocked in is read from /proc just before the signal is sent, and believed only if the frame has
 * the same instruction, stack and arguments: no register still holds the call's number. A thread that entered the
 * call after that look is decoded from its code, or sees its EINTR.
 */
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include "process.h"
#include "text.h"

void read_blocked_syscall(int tid, struct cr_syscall *blocked)
{
	char path[48], text[256], *end;
	const char *at = text;
	long size;
	int fd;

	end = text_put(path, "/proc/self/task/");
	end = text_put_decimal(end, tid);
	text_put(end, "/syscall");
	blocked->number = -1;
	fd = SYS(open, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	size = SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	if (size <= 0 || *text < '0' || *text > '9')
		return;
	text[size] = 0;
	blocked->number = text_decimal(&at);
	for (int i = 0; i < 6; i++) {
		text_skip_spaces(&at);
		blocked->arguments[i] = text_hex(&at);
	}
	text_skip_spaces(&at);
	blocked->stack = text_hex(&at);
	text_skip_spaces(&at);
	blocked->instruction = text_hex(&at);
}

static int still_blocked(const struct cr_syscall *blocked, const struct sigcontext *registers)
{
	const uint64_t now[6] = { registers->rdi, registers->rsi, registers->rdx,
				  registers->r10, registers->r8,  registers->r9 };

	return blocked->number >= 0 && blocked->instruction == registers->rip && blocked->stack == registers->rsp &&
	       !memcmp(now, blocked->arguments, sizeof(now));
}

/* mov $number,%eax; syscall */
static long number_in_code(const unsigned char *after)
{
	uint32_t number;

	if (after[-7] != 0xb8)
		return -1;
	memcpy(&number, after - 6, sizeof(number));
	return number < 512 ? (long)number : -1;
}

static int begins_again(long number)
{
	switch (number) {
	case __NR_poll: case __NR_ppoll: case __NR_select: case __NR_pselect6:
	case __NR_epoll_wait: case __NR_epoll_pwait: case __NR_epoll_pwait2:
	case __NR_futex: case __NR_futex_waitv: case __NR_pause: case __NR_rt_sigsuspend: case __NR_rt_sigtimedwait:
	case __NR_nanosleep: case __NR_clock_nanosleep:
	case __NR_semop: case __NR_semtimedop: case __NR_msgsnd: case __NR_msgrcv: case __NR_io_getevents:
	/* with SO_RCVTIMEO or SO_SNDTIMEO */
	case __NR_read: case __NR_readv: case __NR_write: case __NR_writev:
	case __NR_recvfrom: case __NR_recvmsg: case __NR_recvmmsg: case __NR_sendto: case __NR_sendmsg:
		return 1;
	}
	return 0;
}

/* The kernel has written what is left of a relative sleep: that is the new request. Without that argument the whole
 * sleep begins again, which is longer but never shorter than asked for. */
static void sleep_the_rest(long number, struct sigcontext *registers)
{
	if (number == __NR_nanosleep && registers->rsi)
		registers->rdi = registers->rsi;
	if (number == __NR_clock_nanosleep && !(registers->rsi & 1 /* TIMER_ABSTIME */) && registers->r10)
		registers->rdx = registers->r10;
}

void resume_interrupted(struct thread *thread)
{
	struct sigcontext *registers = (struct sigcontext *)&thread->frame->uc_mcontext;
	const unsigned char *after = (const unsigned char *)registers->rip;
	long number;

	if ((long)registers->rax != -EINTR || after[-2] != 0x0f || after[-1] != 0x05)
		return;
	number = still_blocked(&thread->blocked, registers) ? thread->blocked.number : number_in_code(after);
	if (!begins_again(number))
		return;
	sleep_the_rest(number, registers);
	registers->rip -= 2;
	registers->rax = number;
}

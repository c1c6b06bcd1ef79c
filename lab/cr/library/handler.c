// SPDX-License-Identifier: GPL-2.0-only
/* The constructor that a preloaded library runs, and the signal's handler (paper 2.1, steps 1 to 3). */
#include "process.h"

void restore_from_signal(void);
__asm__(".pushsection .text\n"
	".hidden restore_from_signal\n"
	"restore_from_signal: mov $15, %eax\n" /* rt_sigreturn */
	"	syscall\n"
	".popsection\n");

/* Only cr_checkpoint's queued signal starts a checkpoint; only the leader's own makes another thread join. */
static void on_signal(int number, siginfo_t *info, void *frame)
{
	int pid = SYS(getpid), leader = SYS(gettid) == pid;

	(void)number;
	if (info->si_code != SI_QUEUE)
		return;
	if (info->si_pid == pid && !leader)
		join_checkpoint(frame);
	else if (info->si_pid != pid && leader)
		lead_checkpoint(frame, (uint64_t)info->si_value.sival_ptr);
}

__attribute__((constructor)) static void install_handler(void)
{
	struct sigaction action = {
		.sa_handler = (__sighandler_t)(void (*)(void))on_signal,
		.sa_flags = SA_SIGINFO | SA_RESTART | 0x04000000 /* SA_RESTORER */,
		.sa_restorer = restore_from_signal,
		.sa_mask = ~0ul,
	};
	sigset_t only = 1ul << (CR_SIGNAL - 1);

	SYS(rt_sigaction, CR_SIGNAL, &action, 0, sizeof(action.sa_mask));
	SYS(rt_sigprocmask, SIG_UNBLOCK, &only, 0, sizeof(only));
}

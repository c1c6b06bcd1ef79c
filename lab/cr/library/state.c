// SPDX-License-Identifier: GPL-2.0-only
/* What belongs to the process as a whole: program layout, dispositions, timers, limits, directory. */
#include <asm/prctl.h>
#include <linux/fcntl.h>
#include <linux/personality.h>
#include "process.h"
#include "text.h"

/* Fields of /proc/PID/stat, counted as in proc(5) */
#define STAT_FIRST_AFTER_NAME 3

static uint64_t stat_field(const char *text, int field)
{
	const char *at = text, *last = text;

	for (; *at; at++)
		if (*at == ')')
			last = at;
	at = last + 2;
	for (int i = STAT_FIRST_AFTER_NAME; i < field; i++)
		text_skip_word(&at);
	return text_decimal(&at);
}

static int collect_layout(void)
{
	size_t size, auxv_size;
	char *stat = arena_read(&process.arena, "/proc/self/stat", &size);
	struct prctl_mm_map *mm = &process.mm;

	process.auxv = arena_read(&process.arena, "/proc/self/auxv", &auxv_size);
	process.executable = arena_readlink(&process.arena, "/proc/self/exe");
	process.directory = arena_readlink(&process.arena, "/proc/self/cwd");
	if (!stat || !process.auxv || !process.executable || !process.directory)
		return refuse("state", "cannot read /proc/self");
	*mm = (struct prctl_mm_map){
		.start_code = stat_field(stat, 26), .end_code = stat_field(stat, 27),
		.start_stack = stat_field(stat, 28), .start_data = stat_field(stat, 45),
		.end_data = stat_field(stat, 46), .start_brk = stat_field(stat, 47),
		.arg_start = stat_field(stat, 48), .arg_end = stat_field(stat, 49),
		.env_start = stat_field(stat, 50), .env_end = stat_field(stat, 51),
		.auxv = (void *)process.auxv, .auxv_size = auxv_size, .exe_fd = -1,
	};
	mm->brk = SYS(brk, 0);
	return 0;
}

int collect_state(void)
{
	if (collect_layout())
		return -1;
	process.mask_of_new_files = SYS(umask, 0);
	SYS(umask, process.mask_of_new_files);
	process.personality = SYS(personality, 0xffffffff);
	for (int i = 0; i < 64; i++)
		SYS(rt_sigaction, i + 1, 0, &process.actions[i], sizeof(sigset_t));
	for (int i = 0; i < RLIM_NLIMITS; i++)
		SYS(prlimit64, 0, i, 0, &process.limits[i]);
	return 0;
}

/*
 * A move needs two descriptors more for each connection, its session and for a while a second number, whatever the limit
 * leaves to the program. Not above fs.nr_open, which few lower: without that the first one that is lacking is refused.
 */
void lift_descriptor_limit(void)
{
	const struct rlimit64 lifted = { 3 * DESCRIPTORS_MAX, 3 * DESCRIPTORS_MAX };

	process.limit_lifted = 1;
	if (process.limits[RLIMIT_NOFILE].rlim_cur < lifted.rlim_cur)
		SYS(prlimit64, 0, RLIMIT_NOFILE, &lifted, 0);
}

/* When the sessions are closed: the process's own. */
void restore_descriptor_limit(void)
{
	if (process.limit_lifted)
		SYS(prlimit64, 0, RLIMIT_NOFILE, &process.limits[RLIMIT_NOFILE], 0);
	process.limit_lifted = 0;
}

/* Stopped while frozen: an expiry then would be both a pending signal and time left. */
void stop_timers(void)
{
	static const struct __kernel_old_itimerval off;

	for (int i = 0; i < 3; i++) {
		struct __kernel_old_itimerval *timer = &process.timers[i];

		SYS(setitimer, i, &off, timer);
		/* one that has expired stands still until its signal is delivered (kernel/time/itimer.c) */
		if (!timer->it_value.tv_sec && !timer->it_value.tv_usec)
			timer->it_value = timer->it_interval;
	}
}

void start_timers(void)
{
	for (int i = 0; i < 3; i++)
		if (process.timers[i].it_value.tv_sec || process.timers[i].it_value.tv_usec)
			SYS(setitimer, i, &process.timers[i], 0);
}

/* After the loader is gone: the kernel changes the executable only when nothing of the old one is mapped. */
int restore_memory_map(void)
{
	long error;

	process.mm.exe_fd = SYS(open, process.executable, O_RDONLY | O_CLOEXEC);
	if ((int)process.mm.exe_fd < 0)
		return refuse_error("executable", process.executable, (int)process.mm.exe_fd);
	error = SYS(prctl, PR_SET_MM, PR_SET_MM_MAP, &process.mm, sizeof(process.mm), 0);
	SYS(close, process.mm.exe_fd);
	return error ? refuse_error("state", "PR_SET_MM_MAP", error) : 0;
}

int restore_state(void)
{
	long error = SYS(chdir, process.directory);

	if (error)
		return refuse_error("directory", process.directory, error);
	SYS(umask, process.mask_of_new_files);
	SYS(personality, process.personality);
	for (int i = 0; i < 64; i++)
		SYS(rt_sigaction, i + 1, &process.actions[i], 0, sizeof(sigset_t));
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		error = i == RLIMIT_NOFILE ? 0 : SYS(prlimit64, 0, i, &process.limits[i], 0);
		if (error)
			return refuse_error("limit", "prlimit", error);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "sealed.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The set that bounds what a process may ever get, while it may still change that. */
static void empty_bounds(void)
{
	for (int each = 0; prctl(PR_CAPBSET_READ, each) >= 0; each++)
		if (prctl(PR_CAPBSET_DROP, each))
			fail("capability");
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	if (syscall(SYS_capset, &header, none))
		fail("capset");
}

/* Descriptors of the caller's lead out of here as well as paths do. */
static void close_others(void)
{
	if (syscall(SYS_close_range, 3, ~0U, 0))
		fail("close_range");
}

void give_up_privileges(void)
{
	close_others();
	empty_bounds();
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		fail("setresuid");
	drop_capabilities();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail("no_new_privs");
	/* Forgotten when the user changes (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void set(int which, rlim_t most)
{
	const struct rlimit limit = { most, most };

	if (setrlimit(which, &limit))
		fail("setrlimit");
}

void limit(const struct limits *l)
{
	set(RLIMIT_AS, (rlim_t)l->memory_mb << 20);
	set(RLIMIT_FSIZE, (rlim_t)l->disk_mb << 20);
	set(RLIMIT_CPU, l->seconds);
	set(RLIMIT_NPROC, 64);
	set(RLIMIT_NOFILE, 256);
	set(RLIMIT_CORE, 0);
}

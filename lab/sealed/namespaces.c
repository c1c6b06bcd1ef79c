// SPDX-License-Identifier: GPL-2.0-only
#include "sealed.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

static void write_to(pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail(path);
	close(fd);
}

/* Of root: itself, whose files are reached until they are out of reach, and nobody. Of others: themselves, as nobody. */
static void map_users(pid_t pid, uid_t uid, gid_t gid)
{
	char users[64], groups[64];

	if (uid == 0) {
		snprintf(users, sizeof(users), "0 0 1\n%d %d 1\n", NOBODY, NOBODY);
		snprintf(groups, sizeof(groups), "0 0 1\n%d %d 1\n", NOBODY, NOBODY);
	} else {
		snprintf(users, sizeof(users), "%d %u 1\n", NOBODY, uid);
		snprintf(groups, sizeof(groups), "%d %u 1\n", NOBODY, gid);
	}
	write_to(pid, "setgroups", "deny");
	write_to(pid, "uid_map", users);
	write_to(pid, "gid_map", groups);
}

/* Several users are mapped by somebody outside: a child that waits until the namespace is there. */
static pid_t start_mapper(uid_t uid, gid_t gid, int told[2])
{
	pid_t parent = getpid(), pid;
	char word;

	if (pipe2(told, O_CLOEXEC))
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	close(told[1]);
	if (read(told[0], &word, 1) == 1)
		map_users(parent, uid, gid);
	_exit(0);
}

void leave_host(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int told[2], status;
	pid_t mapper;

	if (uid == 0 && setgroups(0, NULL))
		fail("setgroups");
	mapper = start_mapper(uid, gid, told);
	if (unshare(NAMESPACES))
		fail("unshare");
	if (write(told[1], "!", 1) != 1 || waitpid(mapper, &status, 0) < 0 || status != 0)
		fail("the map of users");
	close(told[0]);
	close(told[1]);
}

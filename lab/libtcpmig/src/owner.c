// SPDX-License-Identifier: GPL-2.0-only
/* Which descriptors of which processes are sockets. */
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The socket's inode behind a link in /proc/PID/fd; 0 of all else. */
static uint32_t inode_at(int folder, const char *name)
{
	char text[64];
	unsigned int inode;
	ssize_t n = readlinkat(folder, name, text, sizeof(text) - 1);

	if (n < 0)
		return 0;
	text[n] = 0;
	return sscanf(text, "socket:[%u]", &inode) == 1 ? inode : 0;
}

int each_socket_of(pid_t pid, int (*each)(pid_t pid, int fd, uint32_t inode, void *context), void *context)
{
	char path[32];
	struct dirent *entry;
	int result = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? -ESRCH : -errno;
	while (!result && (entry = readdir(folder))) {
		uint32_t inode = entry->d_name[0] == '.' ? 0 : inode_at(dirfd(folder), entry->d_name);

		if (inode)
			result = each(pid, atoi(entry->d_name), inode, context);
	}
	closedir(folder);
	return result;
}

struct wanted {
	uint32_t inode;
	int (*each)(pid_t pid, int fd, void *context);
	void *context;
};

static int match(pid_t pid, int fd, uint32_t inode, void *context)
{
	const struct wanted *wanted = context;

	return inode == wanted->inode ? wanted->each(pid, fd, wanted->context) : 0;
}

int tcpmig_owners(uint32_t inode, int (*each)(pid_t pid, int fd, void *context), void *context)
{
	struct wanted wanted = { inode, each, context };
	struct dirent *entry;
	int result = 0;
	DIR *folder = opendir("/proc");

	if (!folder)
		return -errno;
	while (result >= 0 && (entry = readdir(folder))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0)
			result = each_socket_of(pid, match, &wanted);
		/* It has ended meanwhile, or is another user's. */
		if (result == -ESRCH || result == -EACCES)
			result = 0;
		if (result)
			break;
	}
	closedir(folder);
	return result;
}

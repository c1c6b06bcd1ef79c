// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "target.h"

/* The inode of "pipe:[123]" or "socket:[123]", else 0. */
static uint64_t inode_of(const char *link)
{
	if (strncmp(link, "pipe:[", 6) && strncmp(link, "socket:[", 8))
		return 0;
	return strtoull(strchr(link, '[') + 1, NULL, 10);
}

static int check_process(struct target *target, const char *pid, const uint64_t *inodes, uint32_t count)
{
	char path[300], link[128];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	folder = opendir(path);
	while (folder && !*target->reason && (entry = readdir(folder))) {
		ssize_t size = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);

		link[size > 0 ? size : 0] = 0;
		uint64_t inode = inode_of(link);

		for (uint32_t i = 0; inode && i < count; i++)
			if (inode == inodes[i])
				target_refuse(target, "shared-descriptor: process %s holds %s too", pid, link);
	}
	if (folder)
		closedir(folder);
	return *target->reason ? -1 : 0;
}

int inspect_sharing(struct target *target, const uint64_t *inodes, uint32_t count)
{
	DIR *processes = count ? opendir("/proc") : NULL;
	struct dirent *entry;

	while (processes && !*target->reason && (entry = readdir(processes))) {
		int pid = atoi(entry->d_name);

		if (pid > 0 && pid != target->pid && pid != getpid())
			check_process(target, entry->d_name, inodes, count);
	}
	if (processes)
		closedir(processes);
	return *target->reason ? -1 : 0;
}

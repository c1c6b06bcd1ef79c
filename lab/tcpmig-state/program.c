// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

struct held_thread {
	pid_t id;
	int signal;                  /* on its way when the thread stopped */
};

static bool is_held(const struct held *held, pid_t id)
{
	for (size_t i = 0; i < held->count; i++)
		if (held->threads[i].id == id)
			return true;
	return false;
}

static int reserve(struct held *held)
{
	size_t room = held->room ? held->room * 2 : 16;
	struct held_thread *grown;

	if (held->count < held->room)
		return 0;
	grown = realloc(held->threads, room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	held->threads = grown;
	held->room = room;
	return 0;
}

/* One that has ended meanwhile is held enough. */
static int hold_thread(struct held *held, pid_t id)
{
	int status, error = reserve(held);

	if (error)
		return error;
	if (ptrace(PTRACE_SEIZE, id, NULL, NULL) || ptrace(PTRACE_INTERRUPT, id, NULL, NULL))
		return errno == ESRCH ? 0 : -errno;
	while (waitpid(id, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFSTOPPED(status))
		return 0;
	/* Not stopped by us but with a signal, which it gets afterwards. */
	held->threads[held->count++] =
		(struct held_thread){ id, status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status) };
	return 0;
}

/* How many were not held yet, or a negative errno. */
static int hold_threads(struct held *held, pid_t pid)
{
	struct dirent *entry;
	int found = 0, error = 0;
	char path[32];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? -ESRCH : -errno;
	while (!error && (entry = readdir(folder))) {
		pid_t id = atoi(entry->d_name);

		if (id <= 0 || is_held(held, id))
			continue;
		error = hold_thread(held, id);
		found++;
	}
	closedir(folder);
	return error ?: found;
}

/* A thread that runs may make others: until there is none that is not held. One that is ending may be listed for long. */
int program_hold(struct held *held, pid_t pid)
{
	size_t before;
	int found;

	do {
		before = held->count;
		found = hold_threads(held, pid);
	} while (found > 0 && held->count > before);
	return found < 0 ? found : 0;
}

void program_release(struct held *held)
{
	for (size_t i = 0; i < held->count; i++)
		ptrace(PTRACE_DETACH, held->threads[i].id, NULL, (void *)(long)held->threads[i].signal);
	free(held->threads);
	*held = (struct held){};
}

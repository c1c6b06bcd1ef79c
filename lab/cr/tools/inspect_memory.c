// SPDX-License-Identifier: GPL-2.0-only
/* Refusals by what is mapped; mapped files are asked for at the destination. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "target.h"

static int ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && !strcmp(text + a - b, end);
}

static int kernels_own(const char *name)
{
	static const char *const names[] = { "[heap]", "[stack]", "[vdso]", "[vsyscall]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return 1;
	return !strncmp(name, "[vvar", 5) || !strncmp(name, "[anon:", 6);
}

static int check_mapping(struct target *target, const char *name, int shared)
{
	struct stat status;

	if (!*name || kernels_own(name))
		return shared && !*name ? target_refuse(target, "shared-memory: an anonymous mapping") : 0;
	if (!strncmp(name, "/SYSV", 5))
		return target_refuse(target, "sysv-shm: %s", name);
	if (!strncmp(name, "/memfd:", 7) || !strncmp(name, "/dev/zero", 9) || !strncmp(name, "[anon_shmem:", 12))
		return target_refuse(target, "shared-memory: %.120s", name);
	if (!strncmp(name, "/[aio]", 6) || strstr(name, "io_uring"))
		return target_refuse(target, "asynchronous-io: %.120s", name);
	if (ends_with(name, " (deleted)"))
		return target_refuse(target, "deleted-file: %.120s is mapped", name);
	if (*name != '/' || stat(name, &status) || !S_ISREG(status.st_mode))
		return target_refuse(target, "mapping: %.120s", name);
	return target_need(target, name, shared ? CR_FILE_OPEN : CR_FILE_SAME);
}

static int check_line(struct target *target, char *line)
{
	char permissions[8];
	int name = 0;

	if (sscanf(line, "%*s %7s %*s %*s %*s %n", permissions, &name) != 1 || !name)
		return target_refuse(target, "mapping: %.120s", line);
	return check_mapping(target, line + name, permissions[3] == 's');
}

int inspect_memory(struct target *target)
{
	char *text = target_text(target, "maps"), *rest = text, *line;
	int refused = 0;

	if (!text)
		return target_refuse(target, "process: %d is not there", target->pid);
	if (!strstr(text, "/libcr.so"))
		refused = target_refuse(target, "no-handler: libcr.so is not mapped");
	while (!refused && (line = strsep(&rest, "\n")))
		refused = *line && check_line(target, line);
	free(text);
	return refused ? -1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_run PROGRAM [ARGUMENT...]: run a program so that cr_checkpoint can move it. */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"

static const char help[] =
	"usage: cr_run PROGRAM [ARGUMENT...]\n"
	"\n"
	"Runs PROGRAM in this process with the checkpoint library preloaded; the program needs no change.\n"
	"It must be dynamically linked and not set-user-ID. Exit code: the program's.\n";

int main(int count, char **arguments)
{
	char library[PATH_MAX], path[PATH_MAX], *present = getenv("LD_PRELOAD"), *both;

	if (count < 2 || !strcmp(arguments[1], "--help")) {
		fputs(help, count < 2 ? stderr : stdout);
		return count < 2 ? EX_USAGE : 0;
	}
	beside_program(path, sizeof(path), "../lib/libcr.so");
	if (!realpath(path, library))
		err(EX_UNAVAILABLE, "%s", path);
	if (asprintf(&both, "%s%s%s", library, present ? ":" : "", present ? present : "") < 0)
		err(EX_OSERR, "memory");
	setenv("LD_PRELOAD", both, 1);
	execvp(arguments[1], arguments + 1);
	err(127, "%s", arguments[1]);
}

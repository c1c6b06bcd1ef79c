/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_RESOLVE_FILE_H
#define CR_RESOLVE_FILE_H

#include "resolve.h"

/* The other side is a file: with its final name it is the process. Without it the process goes on and the file is removed;
 * if it is dead, FILE.partial, which is whole when the process has decided, gets the final name. Nothing is done while a
 * cr_checkpoint still writes it. */
void follow_file(struct resolution *resolution, int fd, int held);

#endif

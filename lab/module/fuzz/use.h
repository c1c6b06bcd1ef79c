/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program does with a connection. */
#ifndef TCPMIG_FUZZ_USE_H
#define TCPMIG_FUZZ_USE_H

#include "dice.h"

/* One thing of some kind; it may fail. */
void use_socket(int fd, struct dice *d);

#endif

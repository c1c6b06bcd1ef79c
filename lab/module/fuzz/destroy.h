/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPMIG_FUZZ_DESTROY_H
#define TCPMIG_FUZZ_DESTROY_H

#include "tcpmig.h"

/* Ends a connection as an administrator does (sock_diag(7), SOCK_DESTROY). */
void destroy(const struct tcpmig_tuple *tuple);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an input brought that none before it did: on a kernel with kcov (Documentation/dev-tools/kcov.rst) an edge of the
 * module's or of TCP's code in the calls of this thread, elsewhere an outcome.
 */
#ifndef TCPMIG_FUZZ_COVERAGE_H
#define TCPMIG_FUZZ_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

/* True with kcov. */
bool coverage_start(void);
/* Before an input. */
void coverage_begin(void);
/* After it: whether there was something new. `outcome` is any number that stands for what became of it. */
bool coverage_end(uint64_t outcome);
/* Edges, or outcomes, seen so far. */
uint32_t coverage_seen(void);

#endif

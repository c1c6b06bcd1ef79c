/* SPDX-License-Identifier: GPL-2.0-only */
/* What must be alike on both machines for memory to mean the same. */
#ifndef CR_MACHINE_H
#define CR_MACHINE_H

#include <stdint.h>
#include "../wire/stream.h"

void machine_processor(struct cr_processor *processor);
/* Every feature of the first is one of the second's, and the register state has the same layout. */
int machine_can_run(const struct cr_processor *image, const struct cr_processor *here);
/* The vdso is code of the running kernel that programs call by address. */
uint64_t machine_vdso(void);
void machine_clocks(struct cr_clocks *clocks);
/* Size and fingerprint of the first 4096 bytes; 0 or -errno. */
int machine_file(const char *path, __u64 *size, __u64 *fingerprint);

#endif

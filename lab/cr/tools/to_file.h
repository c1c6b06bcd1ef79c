/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_TO_FILE_H
#define CR_TO_FILE_H

#include "migration.h"

/* Checkpoints the inspected process into migration->file. The outcome's name; a reason is in the target or the report. */
const char *checkpoint_to_file(struct migration *migration, int doubt_s);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine's ledgers (wire/ledger.h). */
#ifndef CR_LEDGER_FILE_H
#define CR_LEDGER_FILE_H

#include <stdint.h>
#include "../wire/ledger.h"

#define LEDGERS_SETTLED_MAX 64   /* how many are kept after their fate is final */
#define ID_TEXT (2 * CR_ID_SIZE + 1)

/* Each 0 or -errno; *fd is close-on-exec. */

/* Makes the ledger of a hand-over and takes its lock. */
int ledger_create(int *fd, enum cr_role role, const uint8_t *id, int pid, const char *other);
int ledger_open(int *fd, enum cr_role role, const uint8_t *id);
int ledger_read(int fd, struct cr_ledger *ledger);
/* Somebody alive is bound by it: the frozen process, or a tool before it has one. If not, this descriptor has the lock. */
int ledger_held(int fd);
int ledger_write(int fd, enum cr_fate fate);
int ledger_ended(int fd, int status);
void ledger_remove(enum cr_role role, const uint8_t *id);

int ledger_settled(enum cr_fate fate);
const char *ledger_fate(enum cr_fate fate);
const char *ledger_role(enum cr_role role);
void ledger_id_text(const uint8_t *id, char text[ID_TEXT]);
int ledger_id_parse(const char *text, uint8_t *id);

struct ledger_list {
	struct cr_ledger *ledgers;   /* oldest first */
	unsigned int count;
};
int ledger_list(struct ledger_list *list);
/* Removes the oldest settled ones above LEDGERS_SETTLED_MAX; never one whose process runs here. */
void ledger_prune(void);

#endif

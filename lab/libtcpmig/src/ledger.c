// SPDX-License-Identifier: GPL-2.0-only
/* What became of the last hand-overs to this process. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

struct entry {
	uint8_t id[TCPMIG_PASS_ID];
	enum fate fate;              /* FATE_UNKNOWN: free */
	uint64_t since;              /* order of beginning */
};

struct tcpmig_ledger {
	pthread_mutex_t lock;        /* of all that follows */
	uint64_t begun;
	unsigned int count;
	struct entry entries[];
};

int tcpmig_ledger_new(struct tcpmig_ledger **ledger, unsigned int entries)
{
	*ledger = entries ? calloc(1, sizeof(**ledger) + entries * sizeof(struct entry)) : NULL;
	if (!*ledger)
		return entries ? -ENOMEM : -EINVAL;
	(*ledger)->count = entries;
	pthread_mutex_init(&(*ledger)->lock, NULL);
	return 0;
}

void tcpmig_ledger_free(struct tcpmig_ledger *ledger)
{
	if (ledger)
		pthread_mutex_destroy(&ledger->lock);
	free(ledger);
}

static struct entry *find(struct tcpmig_ledger *ledger, const uint8_t id[TCPMIG_PASS_ID])
{
	for (unsigned int i = 0; i < ledger->count; i++)
		if (ledger->entries[i].fate && !memcmp(ledger->entries[i].id, id, TCPMIG_PASS_ID))
			return &ledger->entries[i];
	return NULL;
}

/* A free one, or the oldest that is settled. */
static struct entry *make_room(struct tcpmig_ledger *ledger)
{
	struct entry *oldest = NULL;

	for (unsigned int i = 0; i < ledger->count; i++) {
		struct entry *each = &ledger->entries[i];

		if (each->fate == FATE_UNKNOWN)
			return each;
		if (each->fate != FATE_UNDECIDED && (!oldest || each->since < oldest->since))
			oldest = each;
	}
	return oldest;
}

bool ledger_begin(struct tcpmig_ledger *ledger, const uint8_t id[TCPMIG_PASS_ID])
{
	struct entry *entry;

	if (!ledger)
		return true;
	pthread_mutex_lock(&ledger->lock);
	entry = find(ledger, id) ? NULL : make_room(ledger);
	if (entry) {
		*entry = (struct entry){ .fate = FATE_UNDECIDED, .since = ++ledger->begun };
		memcpy(entry->id, id, TCPMIG_PASS_ID);
	}
	pthread_mutex_unlock(&ledger->lock);
	return entry;
}

enum fate ledger_decide(struct tcpmig_ledger *ledger, const uint8_t id[TCPMIG_PASS_ID], enum fate fate)
{
	struct entry *entry;

	/* Nobody can have asked. */
	if (!ledger)
		return fate;
	pthread_mutex_lock(&ledger->lock);
	entry = find(ledger, id);
	if (entry && entry->fate == FATE_UNDECIDED)
		entry->fate = fate;
	fate = entry ? entry->fate : FATE_UNKNOWN;
	pthread_mutex_unlock(&ledger->lock);
	return fate;
}

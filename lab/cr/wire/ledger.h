/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a machine knows of a hand-over, in CR_LEDGER_FOLDER: ID.origin and ID.destination, gone when the machine starts
 * anew. The frozen process holds a lock on the open file (flock) for as long as it has not gone on: with the lock free
 * and the fate not final it is dead. It alone writes the fate while it holds the lock; whoever finds the lock free may.
 */
#ifndef CR_LEDGER_H
#define CR_LEDGER_H

#include <linux/types.h>

#define CR_LEDGER_FOLDER "/run/cr"
#define CR_LEDGER_MAGIC "cr-fates"
#define CR_LEDGER_VERSION 1u
#define CR_ID_SIZE 16

enum cr_role { CR_ORIGIN = 1, CR_DESTINATION };

enum cr_fate {
	CR_FATE_UNKNOWN,    /* no ledger: the machine has started anew since, or it is too long ago */
	CR_FATE_UNDECIDED,  /* origin: the process has not been told yet; destination: before CR_PREPARED */
	CR_FATE_FROZEN,     /* origin: before CR_COMMIT */
	CR_FATE_PREPARED,   /* destination: frozen until it hears the origin's word */
	CR_FATE_DECIDED,    /* origin: CR_COMMIT may have been sent; frozen until it is known what became of it */
	CR_FATE_MOVED,      /* written before the destination does anything that cannot be taken back */
	CR_FATE_KEPT,       /* it did not go on at the destination, and never will */
	CR_FATE_LOST,       /* it goes on nowhere */
};

struct cr_ledger {
	__u8 magic[8];
	__u32 version, role;
	__u32 fate;         /* enum cr_fate */
	__s32 pid;
	__u8 id[CR_ID_SIZE];
	__u32 has_ended;    /* destination, after CR_FATE_MOVED: cr_restart saw the process end */
	__s32 status;       /* then its wait status */
	char other[1024];   /* the other side: HOST:PORT of its cr_receiver, or the path of the file (it begins with /) */
};

/* Between two cr_receivers, or cr_resolve and one: CR_FATE_ASK and CR_FATE_TELL of stream.h. */
struct cr_fate_ask {
	__u8 id[CR_ID_SIZE];
	__u32 role;         /* whose ledger is asked for */
	__u32 pad;
};

struct cr_fate_tell {
	__u32 fate;
	__u32 has_ended;
	__s32 status;
	__u32 runs;         /* CR_FATE_MOVED: there is a process of that number */
	__u64 uptime_s;     /* of the machine that tells */
};

_Static_assert(sizeof(struct cr_ledger) == 1072 && sizeof(struct cr_fate_ask) == 24, "ledger format");

#endif

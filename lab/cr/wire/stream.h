/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream between origin and destination: records, one after the other, never rewritten (paper 2: a socket or a
 * pipe can carry it). Everything is little endian and x86-64; docs/checkpoint.md tells the order.
 */
#ifndef CR_STREAM_H
#define CR_STREAM_H

#include <linux/types.h>
#include "../../module/uapi/tcpmig.h"
#include "ledger.h"

#define CR_VERSION 3u
#define CR_DEFAULT_PORT 7702
#define CR_SIGNAL 64              /* the realtime signal whose handler is the checkpoint */
#define CR_REASON_MAX 200         /* longest refusal or failure text, terminator included */
#define CR_PREPARE_MAX (8u << 20) /* largest CR_PREPARE payload a destination reads */
#define CR_RUNS_MAX 512           /* runs in one CR_PAGES record */
#define CR_PAGES_MAX (4ull << 20) /* bytes in one CR_PAGES record */
#define CR_PENDING_MAX 256        /* signals waiting for the process, in one image or one CR_COMMIT */

enum cr_record_type {
	/* before anything is frozen: cr_checkpoint and cr_restart */
	CR_CLOCK_ASK = 1,  /* -> no payload */
	CR_CLOCK_TELL,     /* <- struct cr_clocks of the destination */
	CR_PREPARE,        /* -> struct cr_prepare and what it counts */
	CR_READY,          /* <- the process exists and waits for its image */
	/* frozen: the leader and the destination's process */
	CR_IMAGE,          /* -> struct cr_image, struct cr_mapping[], paths */
	CR_PAGES,          /* -> struct cr_run[count], then their bytes */
	CR_MEMORY_END,     /* -> count: connections; from here on the restored library reads */
	CR_CAPTURE,        /* -> struct tcpmig_tuple[count] */
	CR_CAPTURED,       /* <- all captures are on */
	CR_CONNECTION,     /* -> the module's attributes, opaque here */
	CR_PREPARED,       /* <- everything is in place */
	CR_COMMIT,         /* -> struct cr_pending[count]: the destination owns the process now */
	CR_RESUMED,        /* <- struct cr_resumed, struct tcpmig_status[count] */
	/* at any time before CR_COMMIT, from the destination */
	CR_REFUSED,        /* <- text: "name: detail" */
	/* on a connection of its own, instead of the clocks: what became of a hand-over */
	CR_FATE_ASK,       /* -> struct cr_fate_ask */
	CR_FATE_TELL,      /* <- struct cr_fate_tell; if the two are in doubt, CR_COMMIT and CR_RESUMED follow */
	/* frozen, behind the last CR_CONNECTION, if any of them listens */
	CR_WAITING,        /* -> struct cr_waiting[count]; CR_CAPTURED and CR_CONNECTION again */
};

struct cr_record {
	__u32 type;
	__u32 count;
	__u64 size;        /* of the payload, bytes */
};

struct cr_clocks {
	__s64 monotonic_ns;
	__s64 boottime_ns;
};

/* What an instruction chosen at the origin may need at the destination: CPUID leaves and XCR0. */
struct cr_processor {
	__u32 leaf1_ecx, leaf1_edx, leaf7_ebx, leaf7_ecx, leaf7_edx, pad;
	__u64 xcr0;
};

enum cr_file_need {
	CR_FILE_SAME,      /* mapped: same size and same first 4096 bytes */
	CR_FILE_OPEN,      /* must exist */
	CR_FILE_WRITTEN,   /* write-only: created when missing */
};

struct cr_file {
	__u64 size;
	__u64 fingerprint;
	__u32 need;
	__u32 path_size;   /* terminator included */
};

#define CR_SESSION_LEADER 1u
#define CR_GROUP_LEADER 2u

struct cr_prepare {
	__u32 version;
	__s32 pid;
	struct cr_clocks offset;   /* the program's clocks minus the destination's */
	struct cr_processor processor;
	__u64 vdso_fingerprint;
	__u32 flags;
	__u32 timeout_s;
	__u32 threads, connections, files, pad;
	__u8 id[CR_ID_SIZE];       /* of the hand-over: random */
	/* __s32 tids[threads]; struct tcpmig_tuple[connections]; files times: struct cr_file, path */
};

/* A connection in the accept queue of a listening socket, in their order. */
struct cr_waiting {
	__s32 listener;              /* descriptor */
	struct tcpmig_tuple tuple;
};

enum cr_mapping_kind {
	CR_MAP_ANONYMOUS,
	CR_MAP_STACK,         /* grows down */
	CR_MAP_FILE_PRIVATE,
	CR_MAP_FILE_SHARED,
	CR_MAP_KERNEL,        /* vdso and its data: the destination's own, moved here */
};

struct cr_mapping {
	__u64 start, end, offset;
	__u32 protection;     /* PROT_* */
	__u32 kind;
	__u32 path;           /* offset into the paths; 0: none */
	__u32 pad;
};

struct cr_image {
	__u64 frozen_ns;      /* the program's CLOCK_MONOTONIC: it never sees an earlier time again */
	__u64 entry;          /* function of the restored library */
	__u64 stack;          /* its stack pointer: the leader's own stack below the signal frame */
	__u32 mappings;
	__u32 paths_size;
};

struct cr_run {
	__u64 address, size;  /* whole pages */
};

struct cr_pending {
	__s32 tid;                   /* 0: for the process */
	__u32 pad;
	__u8 info[128];              /* siginfo_t */
};

struct cr_resumed {              /* the program's CLOCK_MONOTONIC at the destination */
	__u64 image_ns, activate_ns, resumed_ns;
};

_Static_assert(sizeof(struct cr_record) == 16 && sizeof(struct cr_mapping) == 40, "wire format");
_Static_assert(sizeof(struct cr_prepare) == 104 && sizeof(struct cr_file) == 24, "wire format");
_Static_assert(sizeof(struct cr_pending) == 136 && sizeof(struct tcpmig_tuple) == 36, "wire format");
_Static_assert(sizeof(struct cr_waiting) == 40, "wire format");

#endif

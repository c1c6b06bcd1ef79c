/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the tools and the library in the process, over abstract Unix sockets of one machine. */
#ifndef CR_ORDER_H
#define CR_ORDER_H

#include "stream.h"

#define CR_CONTROL_NAME "miglab-cr-"  /* then 16 hexadecimal digits of the signal's value; abstract */
#define CR_WORD_NAME "miglab-cr-"     /* then o- or d-, and 32 hexadecimal digits of the hand-over's id; abstract */
#define CR_CONNECTIONS_MAX 16384
#define CR_FAULT_MAX 96

/* A line of /proc/PID/task/TID/syscall: what a thread was blocked in. number -1: it ran. */
struct cr_syscall {
	__s64 number;
	__u64 arguments[6], stack, instruction;
};

struct cr_order {                /* with the descriptors of stream and ledger (SCM_RIGHTS) */
	__u32 timeout_s;
	__u32 pad;
	__u64 begun_bytes;       /* already on the wire, both directions */
	__u8 id[CR_ID_SIZE];
	char fault[CR_FAULT_MAX];   /* for tests: see library/fault.c */
	struct cr_syscall leader;
};

/* To a process that is frozen and in doubt. It answers by closing the socket, at the origin with its report before. */
enum cr_word_type {
	CR_WORD_STREAM = 1,      /* with a descriptor: a stream on which the other side is, in place of the lost one */
	CR_WORD_GO_ON,           /* the process goes on here */
	CR_WORD_END,             /* it ends here, in silence */
};

struct cr_word {
	__u32 type;
	__u32 fate;              /* CR_WORD_END: what the ledger says then */
};

enum cr_outcome { CR_MOVED, CR_ABORTED, CR_IN_DOUBT, CR_LOST };

struct cr_connection_report {
	__s32 fd;
	__u32 pad;
	struct tcpmig_tuple tuple;
	struct tcpmig_status origin, destination;
};

struct cr_report {               /* answer; stamps in the program's CLOCK_MONOTONIC, 0: did not happen */
	__u32 outcome;
	__u32 threads, connections, pad;
	__u64 freeze_ns, gathered_ns, image_ns, sockets_ns, prepared_ns, commit_ns, doubt_ns, resumed_ns;
	__u64 bytes;
	struct cr_resumed destination;
	char reason[CR_REASON_MAX];
	/* struct cr_connection_report[connections] */
};

#endif

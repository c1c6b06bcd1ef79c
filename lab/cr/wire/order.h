/* SPDX-License-Identifier: GPL-2.0-only */
/* Between cr_checkpoint and the library in the target, over an abstract Unix socket of one machine. */
#ifndef CR_ORDER_H
#define CR_ORDER_H

#include "stream.h"

#define CR_CONTROL_NAME "miglab-cr-"  /* then 16 hexadecimal digits of the signal's value; abstract */
#define CR_CONNECTIONS_MAX 16384

/* A line of /proc/PID/task/TID/syscall: what a thread was blocked in. number -1: it ran. */
struct cr_syscall {
	__s64 number;
	__u64 arguments[6], stack, instruction;
};

struct cr_order {                /* with the stream's descriptor (SCM_RIGHTS) */
	__u32 timeout_s;
	__u32 pad;
	__u64 begun_bytes;       /* already on the wire, both directions */
	struct cr_syscall leader;
};

enum cr_outcome { CR_MOVED, CR_ABORTED, CR_IN_DOUBT };

struct cr_connection_report {
	__s32 fd;
	__u32 pad;
	struct tcpmig_tuple tuple;
	struct tcpmig_status origin, destination;
};

struct cr_report {               /* answer; stamps in the program's CLOCK_MONOTONIC, 0: did not happen */
	__u32 outcome;
	__u32 threads, connections, pad;
	__u64 freeze_ns, gathered_ns, image_ns, sockets_ns, prepared_ns, commit_ns, resumed_ns, bytes;
	struct cr_resumed destination;
	char reason[CR_REASON_MAX];
	/* struct cr_connection_report[connections] */
};

#endif

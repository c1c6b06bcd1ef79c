/* SPDX-License-Identifier: GPL-2.0-only */
/* The process to move, seen from outside while it runs: what can be refused, and what the destination is asked. */
#ifndef CR_TARGET_H
#define CR_TARGET_H

#include <stdint.h>
#include "../wire/order.h"

struct target_file {
	struct cr_file need;
	char *path;
	struct target_file *next;
};

struct target {
	int pid, pidfd;
	char reason[CR_REASON_MAX];  /* first refusal, "name: detail" */
	uint32_t flags;              /* CR_SESSION_LEADER, CR_GROUP_LEADER */
	struct cr_clocks offset;     /* its time namespace's: program's clock minus this machine's */
	int *tids;
	uint32_t threads;
	struct tcpmig_tuple *tuples;
	uint32_t connections;
	struct target_file *files;
	uint32_t file_count;
};

int target_refuse(struct target *target, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Each 0, or -1 with the reason set. */
int target_inspect(struct target *target);
int inspect_status(struct target *target);
int inspect_memory(struct target *target);
int inspect_descriptors(struct target *target);
/* No other process may hold the same pipes and sockets. */
int inspect_sharing(struct target *target, const uint64_t *inodes, uint32_t count);
int target_need(struct target *target, const char *path, enum cr_file_need need);
/* Text of /proc/PID/NAME, allocated; NULL when it cannot be read. */
char *target_text(const struct target *target, const char *name);
const char *text_field(const char *text, const char *key);

#endif

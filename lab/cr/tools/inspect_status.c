// SPDX-License-Identifier: GPL-2.0-only
/* Refusals by what the process is: its credentials, relatives, name spaces and signal set-up. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "target.h"

static uint64_t mask_of(const char *status, const char *key)
{
	const char *at = text_field(status, key);

	return at ? strtoull(at, NULL, 16) : 0;
}

static int only_zeros(const char *ids)
{
	return ids && strspn(ids, "0 \t") >= strcspn(ids, "\n");
}

static int check_process(struct target *target, const char *status)
{
	const char *state = text_field(status, "State:"), *tracer = text_field(status, "TracerPid:");
	const char *seccomp = text_field(status, "Seccomp:"), *locked = text_field(status, "VmLck:");

	if (state && strchr("TtZX", *state))
		return target_refuse(target, "state: the process is stopped, traced or dead (%c)", *state);
	if (tracer && atoi(tracer))
		return target_refuse(target, "ptrace: process %d traces it", atoi(tracer));
	if (seccomp && atoi(seccomp))
		return target_refuse(target, "seccomp: a system call filter is in force");
	if (locked && atol(locked))
		return target_refuse(target, "locked-memory: %ld kB (mlock)", atol(locked));
	if (!(mask_of(status, "SigCgt:") & 1ull << (CR_SIGNAL - 1)))
		return target_refuse(target, "no-handler: it was not started by cr_run, is static or set-user-ID, or took signal %d",
				     CR_SIGNAL);
	return 0;
}

/* What a restarted process gets is root with all that cr_restart may do. */
static int check_credentials(struct target *target, const char *status)
{
	char *own = NULL;
	struct target self = { .pid = getpid() };
	int same;

	if (!only_zeros(text_field(status, "Uid:")) || !only_zeros(text_field(status, "Gid:")))
		return target_refuse(target, "credentials: user and group must be root's");
	own = target_text(&self, "status");
	same = own && mask_of(own, "CapEff:") == mask_of(status, "CapEff:");
	free(own);
	return same ? 0 : target_refuse(target, "credentials: its capabilities differ from this tool's");
}

static int check_namespaces(struct target *target)
{
	static const char *const names[] = { "ns/mnt", "ns/net", "ns/ipc", "ns/uts", "ns/user", "ns/cgroup", "ns/pid", "root" };
	char path[64], theirs[256], ours[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ssize_t a, b;

		snprintf(path, sizeof(path), "/proc/%d/%s", target->pid, names[i]);
		a = readlink(path, theirs, sizeof(theirs));
		snprintf(path, sizeof(path), "/proc/self/%s", names[i]);
		b = readlink(path, ours, sizeof(ours));
		if (a < 0 || a != b || memcmp(theirs, ours, a))
			return target_refuse(target, "namespace: %s differs from this tool's", names[i]);
	}
	return 0;
}

static int check_thread(struct target *target, int tid)
{
	char name[64], *text;
	int refused = 0;

	snprintf(name, sizeof(name), "task/%d/status", tid);
	text = target_text(target, name);
	if (text && (mask_of(text, "SigBlk:") & 1ull << (CR_SIGNAL - 1)))
		refused = target_refuse(target, "thread-masks-signal: thread %d blocks signal %d", tid, CR_SIGNAL);
	if (text && tid == target->pid && strchr("ZX", *text_field(text, "State:")))
		refused = target_refuse(target, "main-thread-ended: the others go on without it");
	free(text);
	snprintf(name, sizeof(name), "task/%d/children", tid);
	text = target_text(target, name);
	if (text && *text)
		refused = target_refuse(target, "children: process %d is its child", atoi(text));
	free(text);
	return refused;
}

static int check_threads(struct target *target)
{
	char path[64];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", target->pid);
	folder = opendir(path);
	if (!folder)
		return target_refuse(target, "process: %d is not there", target->pid);
	while (!*target->reason && (entry = readdir(folder))) {
		int tid = atoi(entry->d_name);

		if (!tid)
			continue;
		target->tids = realloc(target->tids, (target->threads + 1) * sizeof(int));
		target->tids[target->threads++] = tid;
		check_thread(target, tid);
	}
	closedir(folder);
	return *target->reason ? -1 : 0;
}

static int check_timers(struct target *target)
{
	char *text = target_text(target, "timers");
	int any = text && *text;

	free(text);
	return any ? target_refuse(target, "posix-timer: timer_create") : 0;
}

static void read_session(struct target *target)
{
	if (getsid(target->pid) == target->pid)
		target->flags |= CR_SESSION_LEADER;
	if (getpgid(target->pid) == target->pid)
		target->flags |= CR_GROUP_LEADER;
}

static void read_clock_offset(struct target *target)
{
	char *text = target_text(target, "timens_offsets");
	const char *monotonic = text_field(text, "monotonic"), *boottime = text_field(text, "boottime");
	long long seconds, rest;

	if (monotonic && sscanf(monotonic, "%lld %lld", &seconds, &rest) == 2)
		target->offset.monotonic_ns = seconds * 1000000000ll + rest;
	if (boottime && sscanf(boottime, "%lld %lld", &seconds, &rest) == 2)
		target->offset.boottime_ns = seconds * 1000000000ll + rest;
	free(text);
}

int inspect_status(struct target *target)
{
	char *status = target_text(target, "status");
	int refused;

	if (!status)
		return target_refuse(target, "process: %d is not there", target->pid);
	refused = check_process(target, status) || check_credentials(target, status) || check_namespaces(target) ||
		  check_threads(target) || check_timers(target);
	free(status);
	read_session(target);
	read_clock_offset(target);
	return refused ? -1 : 0;
}

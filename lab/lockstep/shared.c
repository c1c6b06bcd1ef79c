// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "shared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What a card may hold besides what its wire carries in a window: see port.c. */
#define OUTBOX_SLACK (256 * 1024)
/* Looks at the barrier before sleeping: a machine that is about to come costs less than to be woken. */
enum { LOOKS = 200 };
/* Seconds of the host's clock that a window may take: one that merely stalls is back before. */
enum { PATIENCE_S = 900 };

/** Windows completed, machines that take part, machines that have come: changed together. */
union gate {
	uint64_t word;
	struct { uint32_t window; uint16_t members, arrived; };
};

struct outbox {
	uint64_t window; /* in which it was filled, from 1 */
	uint64_t bytes;
	uint8_t data[];
};

static struct area {
	_Atomic uint64_t gate;
	_Atomic uint64_t window_end;
	struct {
		_Atomic uint64_t earliest;
		_Atomic int32_t pid;
		_Atomic uint32_t left;
	} machine[MACHINES];
} *area;

static const struct config *lab;
static int self;
static uint32_t window;
static size_t outbox_size;

/* Two for each machine: one is filled while the other is read. */
static struct outbox *outbox(int machine, uint32_t of_window)
{
	return (struct outbox *)((uint8_t *)area + 4096 + (size_t)(machine * 2 + (of_window & 1)) * outbox_size);
}

static size_t needed(const struct config *config)
{
	size_t bytes = sizeof(struct outbox);

	for (int i = 0; i < config->wires; i++)
		bytes += config->wire[i].rate / 8 * config->lookahead / 1000000000 + OUTBOX_SLACK;
	return (bytes + 4095) & ~4095ul;
}

int shared_open(const char *path, const struct config *config, int machine)
{
	outbox_size = needed(config);
	size_t size = 4096 + 2 * (size_t)config->machines * outbox_size;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	_Static_assert(sizeof(struct area) <= 4096, "the outboxes begin behind it");
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0) return -1;
	area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (area == MAP_FAILED) return -1;
	lab = config;
	self = machine;
	uint64_t untouched = 0;
	union gate begin = {.members = (uint16_t)config->machines};
	atomic_compare_exchange_strong(&area->gate, &untouched, begin.word);
	atomic_store(&area->machine[machine].pid, getpid());
	outbox(self, 1)->window = 1;
	return 0;
}

/** The last to come decides when the next window ends, and lets all go. */
static void open_gate(union gate at)
{
	uint64_t least = UINT64_MAX - lab->lookahead;

	for (int i = 0; i < lab->machines; i++) {
		uint64_t earliest = atomic_load(&area->machine[i].earliest);
		if (earliest < least) least = earliest;
		/* What it sent before it left counts once. */
		if (atomic_load(&area->machine[i].left)) atomic_store(&area->machine[i].earliest, UINT64_MAX);
	}
	atomic_store(&area->window_end, least + lab->lookahead);
	union gate next = {.window = at.window + 1, .members = at.members, .arrived = 0};
	atomic_store(&area->gate, next.word);
	syscall(SYS_futex, &area->gate, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void end_if_lost(int waited_s)
{
	if (waited_s == PATIENCE_S) {
		fprintf(stderr, "lockstep: a machine has stood still for %d s\n", waited_s);
		_exit(6);
	}
	for (int i = 0; i < lab->machines; i++) {
		int pid = atomic_load(&area->machine[i].pid);
		if (!pid || atomic_load(&area->machine[i].left) || kill(pid, 0) == 0 || errno != ESRCH) continue;
		fprintf(stderr, "lockstep: the QEMU of %s is gone\n", lab->machine[i]);
		_exit(3);
	}
}

static void wait_for_window(uint32_t number)
{
	struct timespec second = {.tv_sec = 1};
	int waited = 0;

	for (int look = 0;; look++) {
		union gate now = {.word = atomic_load(&area->gate)};
		if (now.window == number) return;
		if (look < LOOKS) {
			__builtin_ia32_pause();
			continue;
		}
		/* The window is the low half of the word: what a futex looks at. */
		if (syscall(SYS_futex, &area->gate, FUTEX_WAIT, number - 1, &second, NULL, 0) < 0 && errno == ETIMEDOUT)
			end_if_lost(++waited);
	}
}

uint64_t shared_end_window(uint64_t earliest)
{
	atomic_store(&area->machine[self].earliest, earliest);
	union gate now = {.word = atomic_load(&area->gate)}, next;
	do {
		next = now;
		next.arrived++;
	} while (!atomic_compare_exchange_weak(&area->gate, &now.word, next.word));
	if (next.arrived == next.members) open_gate(next);
	else wait_for_window(next.window + 1);
	window++;
	struct outbox *mine = outbox(self, window + 1);
	mine->window = window + 1;
	mine->bytes = 0;
	return atomic_load(&area->window_end);
}

void shared_leave(uint64_t sent)
{
	atomic_store(&area->machine[self].earliest, sent);
	atomic_store(&area->machine[self].left, 1);
	union gate now = {.word = atomic_load(&area->gate)}, next;
	do {
		next = now;
		next.members--;
	} while (!atomic_compare_exchange_weak(&area->gate, &now.word, next.word));
	if (next.members && next.arrived == next.members) open_gate(next);
}

void shared_put(const struct frame *frame, const uint8_t *bytes)
{
	struct outbox *mine = outbox(self, window + 1);
	size_t size = (sizeof(*frame) + frame->length + 7) & ~7ul;

	if (sizeof(*mine) + mine->bytes + size > outbox_size) {
		fprintf(stderr, "lockstep: more frames in a window than a wire can carry\n");
		abort();
	}
	memcpy(mine->data + mine->bytes, frame, sizeof(*frame));
	memcpy(mine->data + mine->bytes + sizeof(*frame), bytes, frame->length);
	mine->bytes += size;
}

void shared_take(void (*take)(int, const struct frame *, const uint8_t *))
{
	for (int i = 0; i < lab->machines; i++) {
		const struct outbox *from = outbox(i, window);
		if (i == self || from->window != window) continue;
		for (size_t at = 0; at < from->bytes;) {
			const struct frame *frame = (const struct frame *)(from->data + at);
			take(i, frame, (const uint8_t *)(frame + 1));
			at += (sizeof(*frame) + frame->length + 7) & ~7ul;
		}
	}
}

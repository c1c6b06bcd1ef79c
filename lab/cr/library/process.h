/* SPDX-License-Identifier: GPL-2.0-only */
/* What the leader knows of its process: collected at the origin, used by the same code at the destination. */
#ifndef CR_PROCESS_H
#define CR_PROCESS_H

#include <linux/resource.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <linux/uio.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include "../wire/order.h"
#include "arena.h"
#include "channel.h"

#define THREADS_MAX 8192
#define DESCRIPTORS_MAX 65536
#define NAME_SIZE 16

struct thread {
	int tid;
	uint32_t gathered;           /* set by the thread in its handler, last */
	struct ucontext *frame;
	struct cr_syscall blocked;   /* as seen just before the signal */
	uint64_t fs, gs, tid_address, robust_list, robust_size;
	char name[NAME_SIZE];
};

enum descriptor_kind {
	FD_FILE, FD_PIPE_READ, FD_PIPE_WRITE, FD_EVENT, FD_TIMER, FD_EPOLL, FD_CONNECTION, FD_DUPLICATE,
};

struct descriptor {
	int fd, kind;
	int duplicate_of;            /* FD_DUPLICATE: the descriptor that shares its open file */
	int flags;                   /* F_GETFL */
	int close_on_exec;
	uint32_t mode;
	uint64_t device, inode, special;
	int64_t position;
	char *path;                  /* as readlink shows it */
	char *info;                  /* text of /proc/self/fdinfo */
	struct pipe *pipe;
	struct connection *connection;
};

struct pipe {
	struct pipe *next;
	uint64_t inode;
	int capacity;
	uint32_t size;
	char *contents;
	int ends[2];                 /* destination only: -1 when not open */
};

struct connection {
	int fd, session, socket;     /* fd of one that nobody has accepted yet: its listening socket's */
	struct tcpmig_tuple tuple;   /* of a listening socket: rport 0 */
};

struct process {
	struct arena arena;
	struct channel stream;
	struct cr_order order;
	int control;
	int ledger;                  /* -1: none */
	int pid;
	uint64_t deadline_ns;
	struct cr_report report;

	struct thread *threads;
	uint32_t thread_count;
	struct cr_pending *pending;
	uint32_t pending_count;      /* may exceed CR_PENDING_MAX: too many */
	uint32_t pending_imaged;     /* of these travel with the image, the others with CR_COMMIT */

	struct cr_mapping *mappings;
	uint32_t mapping_count;
	char *paths;
	uint32_t paths_size;

	struct descriptor *descriptors;
	uint32_t descriptor_count;
	int descriptor_top;          /* highest number in use */
	struct pipe *pipes;
	struct connection *connections;
	uint32_t connection_count;
	struct connection *waiting;  /* in accept queues; known when the listening sockets are frozen */
	uint32_t waiting_count;
	struct tcpmig_status *statuses;          /* origin: at commit */
	struct tcpmig_status *arrived_statuses;  /* the destination's, with CR_RESUMED */

	struct prctl_mm_map mm;
	char *auxv, *executable, *directory;
	uint32_t mask_of_new_files, personality;
	struct sigaction actions[64];
	struct __kernel_old_itimerval timers[3];
	struct rlimit64 limits[RLIM_NLIMITS];
	int limit_lifted;            /* RLIMIT_NOFILE is not the process's own for now */
};

extern struct process process;

uint64_t now_ns(void);
/* Keeps the first reason, "name: detail"; returns -1, so that callers may return it. */
int refuse(const char *name, const char *detail);
int refuse_error(const char *name, const char *detail, long error);

/* gather.c */
int gather_threads(void);
void release_threads(void);
void await_leaving(void);                      /* until no other thread is in the handler any more */
void forget_joined(void);                      /* at the destination: they leave by another way */
void join_checkpoint(struct ucontext *frame);  /* a thread that is not the leader */
void await_release(void);
int gathering(void);
void read_thread_state(struct thread *thread, struct ucontext *frame);

/* interrupted.c */
void read_blocked_syscall(int tid, struct cr_syscall *blocked);
void resume_interrupted(struct thread *thread);

/* pending.c */
void drain_private(int tid);
void drain_shared(void);
void queue_pending(const struct cr_pending *pending, uint32_t count);

/* maps.c, pages.c */
int collect_mappings(void);
int send_image(uint64_t frozen_ns);
int send_pages(void);

/* descriptors.c, pipes.c, reopen.c */
int collect_descriptors(void);
int collect_pipes(void);
int reopen_descriptors(void);
int finish_descriptors(void);        /* after the connections: duplicates of them, epoll that watches them */
int reopen_pipes(void);
char *descriptor_path(char *to, const char *folder, int fd);

/* state.c */
int collect_state(void);
int restore_state(void);
void lift_descriptor_limit(void);
void restore_descriptor_limit(void);
int restore_memory_map(void);
void stop_timers(void);
void start_timers(void);

/* connections.c, adopt.c */
int attach_connections(void);
int send_connections(void);
/* All of them or none: from here on the end of the process, whatever ends it, sends no FIN and no RST. */
int hold_connections(void);
/* Ends them in silence: they are the destination's. */
void commit_connections(void);
void abort_connections(void);
int receive_connections(void);
int activate_connections(struct tcpmig_status *statuses);

/* waiting.c: connections that nobody has accepted yet. The listening sockets are frozen, or built. */
int any_listens(void);
int send_waiting(void);
int receive_waiting(void);
int send_connection(struct connection *connection);
int capture_connection(struct connection *connection);
int receive_connection(struct connection *connection);

/* ledger.c: 0 or -1 with the reason set */
int ledger_note(enum cr_fate fate);
void ledger_close(void);

/* fault.c */
void fault_at(const char *step);

/* doubt.c: tells the tool, and waits for what ends it; *answer: who said it, to be told the report, or -1 */
enum cr_outcome end_doubt(int *answer);

/* checkpoint.c, restart.c, threads.c */
int send_commit(void);
int await_resumed(void);
int await_answer(uint32_t type, const char *what);
void lead_checkpoint(struct ucontext *frame, uint64_t nonce);
void restart(int stream, uint64_t loader, uint64_t loader_size, int ledger) __attribute__((noreturn));
uint64_t restart_stack(const struct ucontext *frame);
int restart_threads(void);
void restore_thread_state(const struct thread *thread);
void return_to_frame(struct ucontext *frame) __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libtcpmig: live TCP connections, moved between machines by /dev/tcpmig. The manual is libtcpmig(3) and the pages it
 * names; the device is in tcpmig(4) and tcpmig.h.
 *
 * Every call that can fail returns 0 or a negative errno. Nothing is shared between sessions, so that each may be used by
 * a thread of its own; one session is used by one thread at a time.
 */
#ifndef LIBTCPMIG_H
#define LIBTCPMIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <tcpmig.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors: tcpmig_open(3) ---- */

/* Why a call failed. */
struct tcpmig_trouble {
	int error;                   /* negative errno */
	enum tcpmig_refusal refusal; /* TCPMIG_OK: not a refusal */
	char text[256];              /* a sentence, without a full stop */
};

/* "time-wait", or "unknown". */
const char *tcpmig_refusal_name(uint32_t refusal);
/* What is the matter, and what to do about it: two clauses of one sentence each. */
const char *tcpmig_refusal_meaning(uint32_t refusal);
const char *tcpmig_refusal_advice(uint32_t refusal);
/* "FIN_WAIT2", of enum in net/tcp_states.h. */
const char *tcpmig_tcp_state_name(uint32_t state);

/* ---- Sessions: tcpmig_open(3) ---- */

struct tcpmig_session;

/* *session is NULL when it fails. -ENOENT: the module is not loaded; -EACCES, -EPERM. */
int tcpmig_open(struct tcpmig_session **session);
/* What is frozen goes on, what is held ends in silence, what is built but not active is forgotten. NULL is fine. */
void tcpmig_close(struct tcpmig_session *session);
/* Of the last call that failed; error 0: none did. */
const struct tcpmig_trouble *tcpmig_trouble(const struct tcpmig_session *session);
/* Of the connection that is attached or captured. */
const struct tcpmig_tuple *tcpmig_session_tuple(const struct tcpmig_session *session);
uint32_t tcpmig_session_state(const struct tcpmig_session *session);
/* TCPMIG_IOC_STATUS. */
int tcpmig_status(struct tcpmig_session *session, struct tcpmig_status *status);
/* TCPMIG_IOC_ABORT, at either end. */
int tcpmig_abort(struct tcpmig_session *session);

/* ---- The state of a connection, as bytes: tcpmig_state(3) ---- */

struct tcpmig_state {
	void *bytes;
	uint32_t size;
};

void tcpmig_state_free(struct tcpmig_state *state);

/* A record on a stream: magic, version, size, state. Any descriptor that reads and writes; blocking ones wait for at most
 * timeout_ms at a time (-1: for ever). More than `limit` bytes: -EMSGSIZE; no such record: -EPROTO; another
 * version: -EPROTONOSUPPORT; cut short: -EPIPE; -ETIMEDOUT. */
int tcpmig_state_write(int fd, const struct tcpmig_state *state, int timeout_ms);
int tcpmig_state_read(int fd, struct tcpmig_state *state, uint32_t limit, int timeout_ms);

enum tcpmig_kind {
	TCPMIG_KIND_NUMBER,          /* unsigned, of 1, 2, 4 or 8 bytes */
	TCPMIG_KIND_SIGNED,
	TCPMIG_KIND_PORT,
	TCPMIG_KIND_ADDRESS,
	TCPMIG_KIND_TEXT,
	TCPMIG_KIND_NUMBERS,         /* several u32, or u16 */
	TCPMIG_KIND_SENT,            /* struct tcpmig_sent */
	TCPMIG_KIND_HANDSHAKE,       /* struct tcpmig_handshake */
	TCPMIG_KIND_DATA,            /* a piece of a queue, or headers */
	TCPMIG_KIND_NEST,            /* attributes */
	TCPMIG_KIND_UNKNOWN
};

/* One attribute of a state. */
struct tcpmig_field {
	uint16_t type;               /* enum tcpmig_attr */
	bool optional;               /* TCPMIG_A_OPTIONAL: a destination that does not know it leaves it out */
	enum tcpmig_kind kind;
	const char *name;            /* as in tcpmig.h, without TCPMIG_A_: "SRTT_US"; "?" of one that is not known */
	const char *unit;            /* "us/8"; "" where there is none */
	const void *data;            /* within the state */
	uint32_t size;
};

/* Walks a state, or the data of a nest; *at is 0 at first. 1: *field is the next one; 0: there is none; -EBADMSG: what
 * follows is no attribute. */
int tcpmig_state_next(const struct tcpmig_state *state, uint32_t *at, struct tcpmig_field *field);
/* The first of a type: 1, 0 or -EBADMSG likewise. */
int tcpmig_state_find(const struct tcpmig_state *state, uint16_t type, struct tcpmig_field *field);
/* Of a number, a signed one or a port (in host order); 0 of all else. */
int64_t tcpmig_field_number(const struct tcpmig_field *field);
/* For people, with the unit: "23.1 ms". As with snprintf, what it returns may be more than there is room for. */
int tcpmig_field_text(const struct tcpmig_field *field, char *text, size_t room);
/* -EBADMSG when one of its attributes is missing. */
int tcpmig_state_tuple(const struct tcpmig_state *state, struct tcpmig_tuple *tuple);
/* Names of all attributes, by enum tcpmig_attr; NULL behind the last. */
const char *tcpmig_attribute_name(uint16_t type);

/* ---- Tuples: tcpmig_list(3) ---- */

#define TCPMIG_END_TEXT 56           /* "[" address "]:" port, and a zero */

/* "10.77.0.1:80", "[fd00::1]:80", or "*" of a listening socket's remote end. */
const char *tcpmig_end_text(const uint8_t address[16], __be16 port, char text[TCPMIG_END_TEXT]);
/* The other way; -EINVAL. */
int tcpmig_end_parse(const char *text, uint8_t address[16], __be16 *port);
/* Of a connected socket: what ATTACH would say. */
int tcpmig_socket_tuple(int fd, struct tcpmig_tuple *tuple);

/* ---- The origin: tcpmig_attach(3) ---- */

int tcpmig_attach(struct tcpmig_session *session, int fd);
/* A descriptor of another process (pidfd_getfd(2)), which must not use the socket while it is frozen. */
int tcpmig_attach_process(struct tcpmig_session *session, pid_t pid, int fd);
/* A connection that no program has. */
int tcpmig_attach_tuple(struct tcpmig_session *session, const struct tcpmig_tuple *tuple);
/* One that waits in the accept queue of a listening socket; index 0 is the next to be accepted. -ENOENT behind the last. */
int tcpmig_attach_waiting(struct tcpmig_session *session, int listener, unsigned int index);
/* *left may be NULL. */
int tcpmig_flush(struct tcpmig_session *session, unsigned int timeout_ms, uint32_t *left);
int tcpmig_window_close(struct tcpmig_session *session);
int tcpmig_window_open(struct tcpmig_session *session);
int tcpmig_freeze(struct tcpmig_session *session);
/* Memory of its own, for tcpmig_state_free(). */
int tcpmig_get(struct tcpmig_session *session, struct tcpmig_state *state);
/* A record, as of tcpmig_state_write(), on a stream socket: the state goes from kernel to kernel. */
int tcpmig_get_to(struct tcpmig_session *session, int stream, int timeout_ms);
/* From here on the connection may be the destination's: the end of the session, or of this process, ends it here in
 * silence. Only ABORT brings it back. */
int tcpmig_hold(struct tcpmig_session *session);
int tcpmig_commit(struct tcpmig_session *session);

/* ---- The destination: tcpmig_capture(3) ---- */

/* Would CAPTURE be granted? */
int tcpmig_check(struct tcpmig_session *session, const struct tcpmig_tuple *tuple);
int tcpmig_capture(struct tcpmig_session *session, const struct tcpmig_tuple *tuple);
/* *fd is the caller's; -1 of a connection that no program has, or that waits to be accepted. */
int tcpmig_set(struct tcpmig_session *session, const struct tcpmig_state *state, int *fd);
/* Of a record on a stream socket, with the errors of tcpmig_state_read(). */
int tcpmig_set_from(struct tcpmig_session *session, int stream, uint32_t limit, int timeout_ms, int *fd);
/* Of a connection that waited: into whose accept queue it goes at ACTIVATE. */
int tcpmig_queue(struct tcpmig_session *session, int listener);
int tcpmig_activate(struct tcpmig_session *session);

/* ---- Several connections, all or none: tcpmig_batch(3) ---- */

/* When one fails, those before it are as they were, and *failed (which may be NULL) says which it was: its session has
 * the reason. */
int tcpmig_freeze_all(struct tcpmig_session *const sessions[], unsigned int count, unsigned int *failed);
int tcpmig_get_all(struct tcpmig_session *const sessions[], unsigned int count, struct tcpmig_state states[],
		   unsigned int *failed);
int tcpmig_hold_all(struct tcpmig_session *const sessions[], unsigned int count, unsigned int *failed);
/* There is no way back from these: they go on to the end, and return the first error. */
int tcpmig_commit_all(struct tcpmig_session *const sessions[], unsigned int count);
int tcpmig_activate_all(struct tcpmig_session *const sessions[], unsigned int count);
void tcpmig_abort_all(struct tcpmig_session *const sessions[], unsigned int count);
void tcpmig_close_all(struct tcpmig_session *const sessions[], unsigned int count);

/* ---- Hand-over of connections in two phases: tcpmig_pass(3) ---- */

#define TCPMIG_PASS_ID 16

/* At the origin. */
struct tcpmig_pass {
	struct tcpmig_session *const *sessions; /* attached */
	unsigned int count;
	const void *application;     /* what the program at the destination needs to go on */
	uint32_t application_size;
	int timeout_ms;              /* for each answer */
	/* out */
	uint8_t id[TCPMIG_PASS_ID];
	uint64_t state_bytes;
	struct tcpmig_status arrived; /* of the destination's first connection */
	struct tcpmig_trouble trouble;
};

/*
 * 0: they are the destination's. -EINPROGRESS: in doubt; they stay frozen until tcpmig_settle() or tcpmig_commit_all() or
 * tcpmig_abort_all(). Anything else: they are here, and go on.
 */
int tcpmig_pass(struct tcpmig_pass *pass, int stream);
/* Asks, on a new stream to the destination, what became of it. 0: they are the destination's, and ended here; -ECANCELED:
 * they are not, and go on here; -EINPROGRESS: it is still not known. */
int tcpmig_settle(struct tcpmig_pass *pass, int stream);

/* What a destination remembers of its last hand-overs, for those who ask; for any number of threads. */
struct tcpmig_ledger;
int tcpmig_ledger_new(struct tcpmig_ledger **ledger, unsigned int entries);
void tcpmig_ledger_free(struct tcpmig_ledger *ledger);

/* What arrived. */
struct tcpmig_arrival {
	unsigned int count;
	struct tcpmig_tuple *tuples;
	int *fds;                    /* the caller's */
	struct tcpmig_status *statuses;
	void *application;
	uint32_t application_size;
	uint64_t state_bytes;
};

struct tcpmig_reception {
	struct tcpmig_ledger *ledger;  /* NULL: nobody may ask */
	unsigned int connections;    /* at most so many */
	uint64_t state_bytes;        /* at most so many, of all */
	uint32_t application_bytes;
	int timeout_ms;              /* for each message of the origin's */
	/* Has the last word before the commit; the sockets must not be used yet. Not 0: refused, with that errno. May be NULL. */
	int (*admit)(const struct tcpmig_arrival *arrival, void *context);
	void *context;
	/* out */
	struct tcpmig_trouble trouble;
};

/* 1: *arrival is there and active, for tcpmig_arrival_free(); 0: the stream ended or only asked; else nothing is left. */
int tcpmig_receive(struct tcpmig_reception *reception, int stream, struct tcpmig_arrival *arrival);
/* Not the descriptors. */
void tcpmig_arrival_free(struct tcpmig_arrival *arrival);

/* ---- Which connections there are: tcpmig_list(3) ---- */

struct tcpmig_connection {
	struct tcpmig_tuple tuple;   /* zeros for the remote end of a listening socket */
	uint8_t family;              /* of the socket */
	uint8_t tcp_state;
	uint32_t receive_queue;      /* bytes not read; connections not accepted, of a listening socket */
	uint32_t send_queue;         /* bytes not acknowledged; the backlog */
	uint32_t uid, inode;         /* inode 0: no program has it */
	int fd;                      /* in the process that was asked about; else -1 */
};

#define TCPMIG_LIST_LISTENING 1u     /* also listening sockets */
#define TCPMIG_LIST_TIME_WAIT 2u     /* also TIME_WAIT and handshakes that the peer has not finished */

/* Calls each(); what is not 0 from it ends the list and is returned. pid 0: all of this network namespace. -EXDEV: the
 * process is in another one. */
int tcpmig_list(pid_t pid, unsigned int flags, int (*each)(const struct tcpmig_connection *connection, void *context),
		void *context);
/* Processes that have the socket: each(pid, fd, ...), likewise. */
int tcpmig_owners(uint32_t inode, int (*each)(pid_t pid, int fd, void *context), void *context);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What situations are written in. Each waits for what it brings about, and ends the trial when that does not come. */
#ifndef TCPMIG_STATES_VERBS_H
#define TCPMIG_STATES_VERBS_H

#include "say.h"
#include "trial.h"

/* Waiting: until a condition is true, while segments come and go. */
#define WAIT_NS 10000000000ull
#define await(t, what, condition) \
	do { \
		for (uint64_t deadline_ = now_ns() + WAIT_NS; !(condition);) \
			pump(t, deadline_, what); \
	} while (0)

/* wire.c */
/* Takes in at least one packet of any machine; ends the trial at the deadline. */
void pump(struct trial *t, uint64_t deadline_ns, const char *awaited);
/* All that a machine has sent so far is here, and what the peer answered has been answered. */
void settle(struct trial *t);
/* The same of one machine that may be silent: a mark behind its last segment. */
void mark(struct trial *t, int machine);
/* A while in which timers may run out. */
void let_pass_ms(struct trial *t, unsigned int ms);
/* To every machine that hears. */
void wire_send(struct trial *t, const struct segment *s);

/* judge.c: ends the trial when the segment is wrong; else remembers it. */
void judge(struct trial *t, int machine, const struct segment *s);

/* peer.c */
void peer_syn(struct trial *t);
/* The SYN; its answer; both, without the acknowledgement of the answer. */
void peer_syn_unanswered(struct trial *t);
void peer_syn_answered(struct trial *t);
void peer_syn_only(struct trial *t);
void peer_syn_ack(struct trial *t);
void peer_ack(struct trial *t);
/* Acknowledges up to this offset of the node's stream. */
void peer_ack_to(struct trial *t, uint32_t offset);
/* And selectively from one offset to another. */
void peer_sack(struct trial *t, uint32_t from, uint32_t to);
/* So many bytes in full segments; within the node's window. */
void peer_send(struct trial *t, uint32_t bytes);
/* The same with the last byte urgent; `beyond` lets the urgent pointer lie so many bytes behind what is sent. */
void peer_send_urgent(struct trial *t, uint32_t bytes, uint32_t beyond);
/* Behind a hole of `hole` bytes from the last byte sent. */
void peer_send_ahead(struct trial *t, uint32_t hole, uint32_t bytes, bool fin);
/* Everything up to the last byte sent ahead. */
void peer_fill(struct trial *t);
void peer_fin(struct trial *t);
void peer_reset(struct trial *t);
/* Tells the node how many bytes it may send from here on. */
void peer_window(struct trial *t, uint32_t bytes);
void peer_react(struct trial *t, const struct segment *s, bool news);
/* Payload of a full segment, in either direction. */
uint32_t segment_payload(const struct trial *t);
/* Bytes that the peer has sent. */
uint32_t peer_sent(const struct trial *t);

/* node.c: system calls of the program in the machine. */
int call(struct trial *t, enum op op, int fd, int a, int b, int c, const void *in, uint32_t size);
int call_at(struct trial *t, int machine, enum op op, int fd, int a, int b, int c, const void *in, uint32_t size);
void node_socket(struct trial *t);
void node_listen(struct trial *t);
void node_connect(struct trial *t);
/* connect that sends nothing yet. */
void node_connect_later(struct trial *t);
void node_accept(struct trial *t);
/* A connection, opened by the peer or by the node, idle. */
void connection_accepted(struct trial *t);
void connection_opened(struct trial *t);
void node_set(struct trial *t, int level, int name, int value);
void node_send(struct trial *t, uint32_t bytes);
/* Writes until the socket takes no more. */
void node_send_all(struct trial *t);
void node_send_urgent(struct trial *t, uint32_t bytes);
void node_read(struct trial *t, uint32_t bytes);
/* Reads what the peer sent and then its FIN. */
void node_read_end(struct trial *t);
void node_read_error(struct trial *t, int error);
void node_read_urgent(struct trial *t);
/* TCP_SAVED_SYN: the peer's SYN, which it gives once. */
void node_read_saved_syn(struct trial *t);
void node_shutdown(struct trial *t);
void node_close(struct trial *t);
/* The node's segments up to the end of what the program has written, FIN included, are here. */
void arrived(struct trial *t);
/* The node has acknowledged all that the peer has sent. */
void acknowledged(struct trial *t);

/* Sockets in the way of a move, in the other machine: silent, with the same tuple; bound to the same port. */
int other_connection(struct trial *t);
int other_bound(struct trial *t);

/* proof.c */
/* Asks the kernel, and remembers. */
void prove(struct trial *t, int state, int unread, int unacknowledged, int unsent);
/* What is to be true after a move in which something happened. */
void foresee(struct trial *t, int state, int unread, int unacknowledged, int unsent);
/* Asks the kernel again. */
void prove_again(struct trial *t);
/* A machine has nothing of this connection; with `time_wait` perhaps that. */
void prove_absent(struct trial *t, int machine, bool time_wait);
const char *state_name(int state);

/* finish.c: everything in both directions, then FINs. */
void finish(struct trial *t);
void finish_nothing(struct trial *t);

#endif

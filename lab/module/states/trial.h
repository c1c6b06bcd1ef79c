/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One trial: a connection between a node, which is one of two machines, and a peer that this program plays. A situation
 * brings it into a state, the connection moves in one of the directions, and goes on to its natural end.
 */
#ifndef TCPMIG_STATES_TRIAL_H
#define TCPMIG_STATES_TRIAL_H

#include <setjmp.h>
#include <stdbool.h>

#include "machine.h"
#include "segment.h"
#include "tcpmig.h"

/* Of the socket, and of its segments. */
enum family { IPV4, IPV6, MAPPED, FAMILIES };

enum direction {
	A_TO_B,
	B_TO_A,
	BACK,           /* A to B to A; the state that leaves A and the one that leaves B are compared */
	HELD,           /* A to B; instead of COMMIT, HOLD and the end of the origin's program */
	ABORTED,        /* A to B, called off when all but COMMIT is done; the connection goes on at A */
	STAY,           /* no move: what the harness itself asks for is right */
	DIRECTIONS
};

/* What the kernel says of a connection. */
struct proof {
	int state;              /* of net/tcp_states.h */
	int unread;             /* SIOCINQ: bytes that the program has not read */
	int unacknowledged;     /* SIOCOUTQ: sequence numbers, FIN included, that the peer has not acknowledged */
	int unsent;             /* SIOCOUTQNSD: of them, never sent */
	int sacked;             /* TCP_INFO: segments that the peer has acknowledged selectively */
	int out_of_order;       /* bytes beyond a hole; from FREEZE */
};

/* The machine's end. Offsets count bytes of a stream from 0; the byte at offset 0 has sequence number isn + 1. */
struct node {
	int fd, listener;       /* in the machine that has the connection; -1: none */
	int other;              /* in the other machine: what is in the way there */
	int protocol;           /* of its sockets; 0: TCP */
	bool any;               /* listens at every address */
	uint16_t port;
	uint32_t isn, written, read;
	uint32_t urgent_end;    /* offset behind the last byte that was sent as urgent; 0: none */
	uint32_t urgent_at;     /* offset of the urgent byte of the peer's that is not read in line; UINT32_MAX: none */
	bool fin;               /* the program writes no more */
	bool ended;             /* CLOSE: no segment belongs to it any more */
};

/* What the peer says of itself in its SYN. */
struct offer {
	uint16_t mss;
	int wscale;             /* -1: no scaling, and no such option */
	bool sack, stamps;
};

/* This program's end. */
struct peer {
	struct offer offer;
	uint16_t port;
	struct segment syn;     /* sent */
	uint32_t iss, nxt;      /* all before nxt was sent; what is sent ahead of a hole ends at ahead */
	uint32_t ahead;
	uint32_t ack;           /* what it acknowledges */
	uint32_t sack_from, sack_to; /* and selectively; equal: nothing */
	uint32_t window, edge;  /* bytes it has room for behind ack; highest right edge announced */
	bool acks;              /* acknowledges at once what arrives */
	bool fin, reset;        /* sent */
	unsigned int latency_ms; /* before it acknowledges the handshake: the node's time-outs become longer by it */
	uint32_t tsval, ts_recent;
	uint64_t start_ns;
};

/* What was seen of the node, on the wire, so far. */
struct seen {
	struct segment syn;
	bool has_syn, fin, stamped;
	int wscale;
	uint32_t nxt;           /* all before was received */
	uint32_t acked, edge;   /* highest acknowledgement; right edge of the window */
	uint32_t floor;         /* the node knows that this was acknowledged */
	uint32_t tsval, tsecr;
	uint32_t sacked;        /* highest right edge of a SACK block of the last segment that had one */
	unsigned int segments, urgent[MACHINES], from[MACHINES];
	unsigned int worked;    /* segments with something in them, and probes: all but acknowledgements */
};

struct trial {
	const struct situation *situation;
	enum family family;
	enum direction direction;
	struct machine *machines;
	int at;                         /* the machine that has the connection */
	bool hears[MACHINES];           /* the peer's segments reach it */
	bool speaks[MACHINES];          /* it may send */
	int32_t marks_seen[MACHINES];
	struct node node;
	struct peer peer;
	struct seen seen;
	struct proof proof;             /* before the move; a `during` changes it to what must be true after it */
	bool link_local;                /* addresses of one link */
	bool verbose;
	const char *save;               /* a folder for the state that leaves first, or NULL */
	struct dump *keep;              /* or a copy of it, of each of SOCKETS_MAX, or NULL */
	const struct corruption *corruption; /* of what moves first, or NULL */
	uint64_t start_ns;
	jmp_buf end;
	bool compared;                  /* the two states of BACK */
	char reason[1024];
};

/* How a connection comes into a state, what happens while it is frozen, and its end. A NULL is nothing or, of `finish`,
 * that of finish.c. */
struct situation {
	const char *name, *means;
	void (*prepare)(struct trial *t);
	void (*during)(struct trial *t);
	void (*finish)(struct trial *t);
	/* Instead of a move: the name of the refusal, and who is asked; a NULL is ATTACH. */
	const char *refused;
	void (*ask)(struct trial *t, const char *refusal);
	unsigned int families;          /* bits of enum family; 0: all */
	bool listens;                   /* about the listening socket, and what there is at it */
};

/* The next one in the list; the first after NULL, NULL after the last. */
const struct situation *situation_next(const struct situation *s);
#define situation_for_each(s) for (const struct situation *s = NULL; (s = situation_next(s));)
extern const char *const family_names[FAMILIES], *const direction_names[DIRECTIONS];

/* True when all held; else t->reason says what did not, and the machines are new ones: what is left in the old ones
 * belongs to no other trial. */
bool trial_run(struct trial *t);
/* Ends the trial. */
__attribute__((noreturn, format(printf, 2, 3))) void fail(struct trial *t, const char *format, ...);
__attribute__((format(printf, 2, 3))) void trace(const struct trial *t, const char *format, ...);

/* A byte of a stream. */
static inline uint8_t pattern(bool from_node, uint32_t offset)
{
	return offset * 131 + (offset >> 8) * 31 + (offset >> 16) * 7 + (from_node ? 85 : 0);
}

#endif

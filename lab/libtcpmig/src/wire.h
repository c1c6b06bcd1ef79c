/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hand-over of connections on a stream, in two phases. Whose they are:
 *
 *	origin                               destination
 *	OFFER: id, tuples            --->    ledger: undecided; CAPTURE of each           origin, running
 *	                             <---    GRANTED, or REFUSED
 *	FREEZE, GET of each: STATE ...
 *	APPLICATION                  --->    SET of each; the program admits them         origin, frozen
 *	                             <---    BUILT, or REFUSED
 *	held: no death can disturb them
 *	COMMIT                       --->    ledger: moved                                the destination's, when it arrives
 *	                             <---    ACTIVATE of each: RESUMED
 *	COMMIT of the device, silent                                                      destination, running
 *
 * The destination decides, in its ledger: "moved" when COMMIT arrives, "kept" when the stream ends, the time is up, or
 * someone asks before that; and never otherwise afterwards. So only the origin can be in doubt: COMMIT sent, no RESUMED. It
 * keeps all frozen and asks, on a new stream:
 *
 *	ASK: id                      --->
 *	                             <---    FATE
 */
#ifndef LIBTCPMIG_WIRE_H
#define LIBTCPMIG_WIRE_H

#include "libtcpmig.h"

#define WIRE_MAGIC 0x50636d54u
#define WIRE_VERSION 1u

enum message {
	MESSAGE_OFFER = 1,           /* struct offer, then count of struct offered */
	MESSAGE_GRANTED,
	MESSAGE_STATE,               /* the state of one */
	MESSAGE_APPLICATION,         /* the program's own */
	MESSAGE_BUILT,
	MESSAGE_COMMIT,
	MESSAGE_RESUMED,             /* struct tcpmig_status of each */
	MESSAGE_REFUSED,             /* struct refused */
	MESSAGE_ASK,                 /* id */
	MESSAGE_FATE                 /* u32 enum fate */
};

enum fate { FATE_UNKNOWN, FATE_UNDECIDED, FATE_KEPT, FATE_MOVED };

struct head {
	uint32_t magic;
	uint16_t version;
	uint16_t message;
	uint32_t size;               /* bytes that follow */
};

struct offer {
	uint8_t id[TCPMIG_PASS_ID];
	uint32_t count;
};

struct offered {
	struct tcpmig_tuple tuple;
	uint32_t state;
};

struct refused {
	int32_t error;
	uint32_t refusal;
	char text[sizeof((struct tcpmig_trouble *)0)->text];
};

int wire_put(int stream, enum message message, const void *data, uint32_t size, int timeout_ms);
int wire_put_head(int stream, enum message message, uint32_t size, int timeout_ms);
/* The next message's head, with at most `limit` bytes behind it; 1: the stream ended. */
int wire_head(int stream, struct head *head, uint32_t limit, int timeout_ms);
/* The bytes behind a head, in memory of their own; NULL of none. */
int wire_body(int stream, const struct head *head, void **data, int timeout_ms);
/* One message of this kind and size, or the other end's refusal, which is told. */
int wire_expect(int stream, enum message message, void *data, uint32_t size, int timeout_ms,
		struct tcpmig_trouble *trouble);
/* Tells the other end why not. */
void wire_refuse(int stream, const struct tcpmig_trouble *trouble, int timeout_ms);

/* ledger.c */
/* False when the id is there already, or no entry is free. */
bool ledger_begin(struct tcpmig_ledger *ledger, const uint8_t id[TCPMIG_PASS_ID]);
/* The fate from now on: what was decided before stays. */
enum fate ledger_decide(struct tcpmig_ledger *ledger, const uint8_t id[TCPMIG_PASS_ID], enum fate fate);

#endif

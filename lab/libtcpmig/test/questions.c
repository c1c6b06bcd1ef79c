// SPDX-License-Identifier: GPL-2.0-only
/* What a destination says without the device: to strangers, to nonsense, and to those who ask. */
#include <errno.h>
#include <libtcpmig.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../src/wire.h"
#include "check.h"

static struct tcpmig_ledger *ledger;

/* What a destination makes of these bytes, and how many it answers. */
static int receive(const void *bytes, size_t size, uint8_t *answer, ssize_t *answered)
{
	struct tcpmig_reception r = { .ledger = ledger, .connections = 4, .state_bytes = 1 << 20, .application_bytes = 100,
				      .timeout_ms = 1000 };
	struct tcpmig_arrival arrival;
	int stream[2], result;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream) || send(stream[0], bytes, size, 0) != (ssize_t)size)
		abort();
	shutdown(stream[0], SHUT_WR);
	result = tcpmig_receive(&r, stream[1], &arrival);
	check(!arrival.fds && !arrival.application && (result >= 0 || (r.trouble.error == result && *r.trouble.text)),
	      "nothing arrives, and it is said why");
	close(stream[1]);
	*answered = recv(stream[0], answer, 512, MSG_WAITALL);
	close(stream[0]);
	return result;
}

static void expect(enum message message, const void *body, uint32_t size, int expected, const char *what)
{
	uint8_t bytes[512], answer[512];
	struct head head = { WIRE_MAGIC, WIRE_VERSION, message, size };
	ssize_t answered;

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), body, size);
	check_number(receive(bytes, sizeof(head) + size, answer, &answered), expected, what);
}

static uint32_t ask(const uint8_t id[TCPMIG_PASS_ID])
{
	uint8_t bytes[64], answer[512];
	struct head head = { WIRE_MAGIC, WIRE_VERSION, MESSAGE_ASK, TCPMIG_PASS_ID };
	uint32_t fate = UINT32_MAX;
	ssize_t answered;

	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), id, TCPMIG_PASS_ID);
	check_number(receive(bytes, sizeof(head) + TCPMIG_PASS_ID, answer, &answered), 0, "a question");
	check_number(answered, sizeof(head) + sizeof(fate), "is answered");
	memcpy(&fate, answer + sizeof(head), sizeof(fate));
	return fate;
}

static void test_fates(void)
{
	const uint8_t one[TCPMIG_PASS_ID] = { 1 }, two[TCPMIG_PASS_ID] = { 2 }, three[TCPMIG_PASS_ID] = { 3 };

	check_number(ask(one), FATE_UNKNOWN, "of what never was: unknown");
	check(ledger_begin(ledger, one), "a hand-over begins");
	check(!ledger_begin(ledger, one), "and not twice");
	check_number(ask(one), FATE_KEPT, "asked before the commit, it is the origin's");
	check_number(ledger_decide(ledger, one, FATE_MOVED), FATE_KEPT, "and a commit that comes later is too late");
	check(ledger_begin(ledger, two), "another begins");
	check_number(ledger_decide(ledger, two, FATE_MOVED), FATE_MOVED, "and is committed");
	check_number(ask(two), FATE_MOVED, "it stays the destination's");
	check(ledger_begin(ledger, three), "a third needs the room of the oldest");
	check_number(ask(one), FATE_UNKNOWN, "which is forgotten");
	check_number(ask(two), FATE_MOVED, "the next one is not");
}

static void test_nonsense(void)
{
	struct {
		struct offer offer;
		struct offered offered[5];
	} many = { .offer.count = 5 }, none = {}, lying = { .offer.count = 2 };
	uint8_t answer[512];
	ssize_t answered;

	check_number(receive("GET / HTTP/1.0\r\n\r\n", 18, answer, &answered), -EPROTO, "a stranger");
	check_number(receive("", 0, answer, &answered), 0, "a stream that ends");
	check_number(receive("Tmc", 3, answer, &answered), -EPIPE, "a stream that ends within a head");
	expect(MESSAGE_COMMIT, "", 0, -EPROTO, "a commit of nothing");
	expect(MESSAGE_ASK, "short", 5, -EPROTO, "half a question");
	expect(MESSAGE_OFFER, &many, sizeof(many), -EMSGSIZE, "more connections than are taken");
	expect(MESSAGE_OFFER, &none, sizeof(struct offer), -EMSGSIZE, "an offer of none");
	expect(MESSAGE_OFFER, &lying, sizeof(struct offer) + sizeof(struct offered), -EMSGSIZE, "an offer of more than there is");
	expect(MESSAGE_OFFER, &many, 7, -EPROTO, "a piece of an offer");
}

void test_questions(void)
{
	if (tcpmig_ledger_new(&ledger, 2))
		abort();
	check_number(tcpmig_ledger_new(&(struct tcpmig_ledger *){ NULL }, 0), -EINVAL, "a ledger without room");
	test_nonsense();
	test_fates();
	tcpmig_ledger_free(ledger);
}

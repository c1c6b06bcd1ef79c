// SPDX-License-Identifier: GPL-2.0-only
/* States attribute by attribute. */
#include <arpa/inet.h>
#include <errno.h>
#include <libtcpmig.h>
#include <linux/netlink.h>
#include <string.h>

#include "check.h"

static uint8_t bytes[512];
static struct tcpmig_state state = { .bytes = bytes };

static void put(uint16_t type, const void *data, uint16_t size)
{
	struct nlattr head = { .nla_len = NLA_HDRLEN + size, .nla_type = type };

	memcpy(bytes + state.size, &head, sizeof(head));
	memcpy(bytes + state.size + NLA_HDRLEN, data, size);
	state.size += NLA_ALIGN(head.nla_len);
}

static void text_is(uint16_t type, const void *data, uint16_t size, const char *expected)
{
	struct tcpmig_field field;
	char text[128] = "";

	state.size = 0;
	put(type, data, size);
	if (tcpmig_state_find(&state, type, &field) == 1)
		tcpmig_field_text(&field, text, sizeof(text));
	check_text(text, expected, tcpmig_attribute_name(type));
}

static void test_texts(void)
{
	const uint32_t none = UINT32_MAX, srtt = 8 * 1234, age = 23456, blocks[4] = { 7, 9, 11, 4000000000u };
	const uint8_t shutdown = 3, scale = 7, fin_wait = 4;
	const uint8_t six[16] = { 0xfd, [15] = 1 }, four[16] = { [10] = 0xff, 0xff, 10, 77, 0, 1 };
	const uint64_t rate = 5000000000u;
	const int32_t back = -1;
	const __be16 port = htons(5000);

	text_is(TCPMIG_A_SRTT_US, &srtt, 4, "1.234 ms");
	text_is(TCPMIG_A_RCVQ_AGE_US, &age, 4, "23.5 ms");
	text_is(TCPMIG_A_CUBIC_EPOCH_AGE_MS, &none, 4, "none");
	text_is(TCPMIG_A_SND_NXT, &none, 4, "4294967295");
	text_is(TCPMIG_A_SHUTDOWN, &shutdown, 1, "3");
	text_is(TCPMIG_A_SND_WSCALE, &scale, 1, "x128");
	text_is(TCPMIG_A_TCP_STATE, &fin_wait, 1, "FIN_WAIT1");
	text_is(TCPMIG_A_LADDR, six, 16, "fd00::1");
	text_is(TCPMIG_A_LADDR, four, 16, "10.77.0.1");
	text_is(TCPMIG_A_RPORT, &port, 2, "5000");
	text_is(TCPMIG_A_PACING_RATE, &rate, 8, "5000000000 bytes/s");
	text_is(TCPMIG_A_UNDO_RETRANS, &back, 4, "-1 segments");
	text_is(TCPMIG_A_SACK_BLOCKS, blocks, 16, "7 9 11 4000000000");
	text_is(TCPMIG_A_CA_NAME, "cubic", 6, "cubic");
	text_is(TCPMIG_A_RCV_DATA, "abcde", 5, "5 bytes");
	text_is(TCPMIG_A_RTX_BUFFER, "short", 5, "?");
}

static void test_walk(void)
{
	struct tcpmig_field field;
	uint32_t at = 0, one = 1;

	state.size = 0;
	put(TCPMIG_A_RCV_NXT, &one, 4);
	put(TCPMIG_A_RCV_DATA, "abc", 3);
	put(4000 | TCPMIG_A_OPTIONAL, &one, 4);
	check(tcpmig_state_next(&state, &at, &field) == 1 && field.type == TCPMIG_A_RCV_NXT && tcpmig_field_number(&field) == 1,
	      "the first attribute");
	check(tcpmig_state_next(&state, &at, &field) == 1 && field.size == 3, "the second, which has padding");
	check(tcpmig_state_next(&state, &at, &field) == 1 && field.optional && field.type == 4000, "one of a later module");
	check_text(field.name, "?", "which has no name here");
	check_number(tcpmig_state_next(&state, &at, &field), 0, "and no more");
	check_number(tcpmig_state_next(&state, &at, &field), 0, "however often it is asked");
	check_number(tcpmig_state_find(&state, TCPMIG_A_CWND, &field), 0, "what is not there is not found");
	state.size -= 1;
	check_number(tcpmig_state_find(&state, TCPMIG_A_CWND, &field), -EBADMSG, "a last attribute that is cut off");
	state.size = 2;
	at = 0;
	check_number(tcpmig_state_next(&state, &at, &field), -EBADMSG, "half a head");
	state.size = 8;
	memset(bytes, 0, 8);
	check_number(tcpmig_state_next(&state, &at, &field), -EBADMSG, "a length of nothing, which never ends");
}

static void test_tuple(void)
{
	const uint8_t near[16] = { 1 }, far[16] = { 2 };
	const __be16 lport = htons(1), rport = htons(2);
	struct tcpmig_tuple tuple;

	state.size = 0;
	put(TCPMIG_A_LADDR, near, 16);
	put(TCPMIG_A_RADDR, far, 16);
	put(TCPMIG_A_LPORT, &lport, 2);
	check_number(tcpmig_state_tuple(&state, &tuple), -EBADMSG, "a state without a port");
	put(TCPMIG_A_RPORT, &rport, 2);
	check(!tcpmig_state_tuple(&state, &tuple) && tuple.laddr[0] == 1 && tuple.raddr[0] == 2 && tuple.lport == lport &&
	      tuple.rport == rport, "whose state it is");
}

void test_attributes(void)
{
	unsigned int named = 0;

	test_texts();
	test_walk();
	test_tuple();
	for (uint16_t type = 1; type <= TCPMIG_A_MAX; type++)
		named += tcpmig_attribute_name(type) && *tcpmig_attribute_name(type) != '?';
	check_number(named, TCPMIG_A_MAX, "every attribute has a name");
	check(!tcpmig_attribute_name(TCPMIG_A_MAX + 1), "and there are no more");
}

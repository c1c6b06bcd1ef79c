// SPDX-License-Identifier: GPL-2.0-only
/* Ends of connections as text, and refusals in words. */
#include <arpa/inet.h>
#include <errno.h>
#include <libtcpmig.h>
#include <string.h>

#include "check.h"

static void there_and_back(const char *text)
{
	uint8_t address[16];
	char again[TCPMIG_END_TEXT];
	__be16 port;

	check_number(tcpmig_end_parse(text, address, &port), 0, text);
	check_text(tcpmig_end_text(address, port, again), text, "is written as it was read");
}

static void wrong(const char *text)
{
	uint8_t address[16];
	__be16 port;

	check_number(tcpmig_end_parse(text, address, &port), -EINVAL, *text ? text : "the empty text");
}

void test_ends(void)
{
	static const char *const good[] = { "10.77.0.1:80", "[fd00::1]:65535", "[2001:db8::8:800:200c:417a]:1", "*" };
	static const char *const bad[] = { "", "10.77.0.1", "10.77.0.1:", "10.77.0:80", "10.77.0.1:65536", "10.77.0.1:-1",
					   "fd00::1:80", "[fd00::1]", "[10.77.0.1]:80", "host:80", ":80",
					   "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:80" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		there_and_back(good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		wrong(bad[i]);
}

void test_words(void)
{
	struct tcpmig_session *session = NULL;
	int error;

	for (uint32_t i = 0; i < __TCPMIG_REFUSAL_MAX; i++)
		check(strcmp(tcpmig_refusal_name(i), "unknown") && !strstr(tcpmig_refusal_meaning(i), "does not know"),
		      tcpmig_refusal_name(i));
	check_text(tcpmig_refusal_name(__TCPMIG_REFUSAL_MAX), "unknown", "a refusal of a later module");
	check(*tcpmig_refusal_advice(UINT32_MAX), "has advice as well");
	check_text(tcpmig_tcp_state_name(5), "FIN_WAIT2", "a state's name");
	check_text(tcpmig_tcp_state_name(99), "unknown", "of none");
	/* Where the tests run there is no module. */
	error = tcpmig_open(&session);
	check(error ? error == -ENOENT && !session : session != NULL, "a session, or none and -ENOENT");
	tcpmig_close(session);
}

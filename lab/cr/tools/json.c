// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include "json.h"

void json_text(const char *text)
{
	putchar('"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 32)
			printf("\\u%04x", *text);
		else
			putchar(*text);
	putchar('"');
}

void json_capture(const struct tcpmig_status *status)
{
	printf("\"captured\":%u,\"duplicates\":%u,\"reinjected\":%u,\"stale\":%u,\"dropped\":%u", status->captured,
	       status->duplicates, status->reinjected, status->stale, status->dropped);
}

/* The module's tuples hold IPv4 addresses as IPv4-mapped. */
static const char *address_text(const unsigned char address[16], char text[INET6_ADDRSTRLEN])
{
	bool mapped = IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)address);

	return inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? address + 12 : address, text, INET6_ADDRSTRLEN);
}

void json_connection(const struct cr_connection_report *connection)
{
	const struct tcpmig_status *there = &connection->destination, *here = &connection->origin;
	const struct tcpmig_tuple *tuple = &connection->tuple;
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];

	printf("{\"fd\":%d,\"laddr\":\"%s\",\"lport\":%d,\"raddr\":\"%s\",\"rport\":%d", connection->fd,
	       address_text(tuple->laddr, local), ntohs(tuple->lport), address_text(tuple->raddr, remote),
	       ntohs(tuple->rport));
	printf(",\"freeze_ns\":%llu,\"activate_ns\":%llu", here->freeze_ns, there->activate_ns);
	putchar(',');
	json_capture(there);
	printf(",\"rcv_queue\":%u,\"ofo_queue\":%u,\"rtx_queue\":%u,\"write_queue\":%u}", here->rcv_queue_bytes,
	       here->ofo_queue_bytes, here->rtx_queue_bytes, here->write_queue_bytes);
}

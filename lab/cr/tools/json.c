// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
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

void json_connection(const struct cr_connection_report *connection)
{
	const struct tcpmig_status *there = &connection->destination, *here = &connection->origin;
	char local[INET_ADDRSTRLEN], remote[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &connection->tuple.laddr, local, sizeof(local));
	inet_ntop(AF_INET, &connection->tuple.raddr, remote, sizeof(remote));
	printf("{\"fd\":%d,\"laddr\":\"%s\",\"lport\":%d,\"raddr\":\"%s\",\"rport\":%d", connection->fd, local,
	       ntohs(connection->tuple.lport), remote, ntohs(connection->tuple.rport));
	printf(",\"freeze_ns\":%llu,\"activate_ns\":%llu", here->freeze_ns, there->activate_ns);
	putchar(',');
	json_capture(there);
	printf(",\"rcv_queue\":%u,\"ofo_queue\":%u,\"rtx_queue\":%u,\"write_queue\":%u}", here->rcv_queue_bytes,
	       here->ofo_queue_bytes, here->rtx_queue_bytes, here->write_queue_bytes);
}

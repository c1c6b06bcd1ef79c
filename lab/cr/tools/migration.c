// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include "migration.h"

static void print_text(const char *text)
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

/* The leader's stamps are in the program's clock; the event's are in this machine's. */
static void print_stamp(const char *name, uint64_t program_ns, int64_t offset_ns)
{
	if (program_ns)
		printf(",\"%s\":%lld", name, (long long)program_ns - (long long)offset_ns);
}

static void print_times(const struct migration *migration)
{
	const struct cr_report *report = &migration->handover.report;
	int64_t here = migration->target->offset.monotonic_ns;

	printf(",\"begin_ns\":%lld", (long long)migration->begin_ns);
	print_stamp("freeze_ns", report->freeze_ns, here);
	print_stamp("gathered_ns", report->gathered_ns, here);
	print_stamp("image_ns", report->image_ns, here);
	print_stamp("sockets_ns", report->sockets_ns, here);
	print_stamp("prepared_ns", report->prepared_ns, here);
	print_stamp("commit_ns", report->commit_ns, here);
	print_stamp("resumed_ns", report->resumed_ns, here);
	printf(",\"end_ns\":%lld", (long long)migration->end_ns);
}

static void print_destination(const struct migration *migration)
{
	const struct cr_resumed *resumed = &migration->handover.report.destination;
	int64_t there = migration->offset.monotonic_ns;

	printf(",\"destination\":{\"clock_offset_ns\":%lld", (long long)there);
	print_stamp("image_ns", resumed->image_ns, there);
	print_stamp("activate_ns", resumed->activate_ns, there);
	print_stamp("resumed_ns", resumed->resumed_ns, there);
	putchar('}');
}

static void print_connection(const struct cr_connection_report *connection)
{
	const struct tcpmig_status *there = &connection->destination, *here = &connection->origin;
	char local[INET_ADDRSTRLEN], remote[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &connection->tuple.laddr, local, sizeof(local));
	inet_ntop(AF_INET, &connection->tuple.raddr, remote, sizeof(remote));
	printf("{\"fd\":%d,\"laddr\":\"%s\",\"lport\":%d,\"raddr\":\"%s\",\"rport\":%d", connection->fd, local,
	       ntohs(connection->tuple.lport), remote, ntohs(connection->tuple.rport));
	printf(",\"freeze_ns\":%llu,\"activate_ns\":%llu", here->freeze_ns, there->activate_ns);
	printf(",\"captured\":%u,\"duplicates\":%u,\"reinjected\":%u,\"stale\":%u,\"dropped\":%u", there->captured,
	       there->duplicates, there->reinjected, there->stale, there->dropped);
	printf(",\"rcv_queue\":%u,\"ofo_queue\":%u,\"rtx_queue\":%u,\"write_queue\":%u}", here->rcv_queue_bytes,
	       here->ofo_queue_bytes, here->rtx_queue_bytes, here->write_queue_bytes);
}

void migration_print(const struct migration *migration)
{
	const struct cr_report *report = &migration->handover.report;
	const char *reason = *report->reason ? report->reason : migration->target->reason;

	printf("{\"event\":\"migration\",\"t_ns\":%lld,\"pid\":%d,\"to\":", (long long)migration->end_ns,
	       migration->target->pid);
	print_text(migration->to);
	printf(",\"status\":\"%s\",\"reason\":", migration->status);
	print_text(reason);
	print_times(migration);
	printf(",\"bytes\":%llu,\"threads\":%u", (unsigned long long)(report->bytes ? report->bytes : migration->bytes),
	       report->threads ? report->threads : migration->target->threads);
	print_destination(migration);
	printf(",\"connections\":[");
	for (uint32_t i = 0; migration->handover.connections && i < report->connections; i++) {
		if (i)
			putchar(',');
		print_connection(&migration->handover.connections[i]);
	}
	printf("]}\n");
	fflush(stdout);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include "json.h"
#include "ledger.h"
#include "migration.h"

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
	print_stamp("doubt_ns", report->doubt_ns, here);
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

const char *migration_reason(const struct migration *migration)
{
	return *migration->target->reason ? migration->target->reason : migration->handover.report.reason;
}

void migration_print(const struct migration *migration)
{
	const struct cr_report *report = &migration->handover.report;
	char id[ID_TEXT];

	ledger_id_text(migration->handover.id, id);
	printf("{\"event\":\"%s\",\"t_ns\":%lld,\"pid\":%d,\"%s\":", migration->file ? "checkpoint" : "migration",
	       (long long)migration->end_ns, migration->target->pid, migration->file ? "file" : "to");
	json_text(migration->file ? migration->file : migration->to);
	printf(",\"id\":\"%s\",\"asked\":%u,\"status\":\"%s\",\"reason\":", id, migration->asked, migration->status);
	json_text(migration_reason(migration));
	print_times(migration);
	printf(",\"bytes\":%llu,\"threads\":%u", (unsigned long long)(report->bytes ? report->bytes : migration->bytes),
	       report->threads ? report->threads : migration->target->threads);
	print_destination(migration);
	printf(",\"connections\":[");
	for (uint32_t i = 0; migration->handover.connections && i < report->connections; i++) {
		if (i)
			putchar(',');
		json_connection(&migration->handover.connections[i]);
	}
	printf("]}\n");
	fflush(stdout);
}

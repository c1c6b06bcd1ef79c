/* SPDX-License-Identifier: GPL-2.0-only */
/* The events of docs/workload.md, appended to the log one line a write(). */
#ifndef REPORT_H
#define REPORT_H

#include "connection.h"
#include "image.h"
#include "json_line.h"

struct report {
	const struct options *options;
	struct connection *connections;
	struct image *image;
	int fd;
	struct json_line line;
	uint64_t last_ns;
	struct volume {
		uint64_t tx, rx;
	} *last; /* a connection each, at the last report */
};

/* Opens the log; false (errno) when that failed. */
bool report_open(struct report *report, const struct options *options);
/* Before the connections are there; a listener listens. */
void report_waiting(struct report *report);
void report_start(struct report *report);
void report_progress(struct report *report);
/* Returns the exit code of the program. */
int report_end(struct report *report);

#endif

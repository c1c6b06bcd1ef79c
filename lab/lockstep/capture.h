/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOCKSTEP_CAPTURE_H
#define LOCKSTEP_CAPTURE_H

#include <stdint.h>
#include <stdio.h>

/** A pcap file with nanoseconds (magic 0xa1b23c4d), LINKTYPE_ETHERNET. Ends QEMU when it cannot be written. */
FILE *capture_open(const char *path, uint32_t snaplen);

/** @param time ns since 1970 */
void capture_frame(FILE *, uint32_t snaplen, uint64_t time, const uint8_t *bytes, uint32_t length);

void capture_close(FILE *);

#endif

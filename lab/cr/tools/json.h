/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the events on standard output. */
#ifndef CR_JSON_H
#define CR_JSON_H

#include "../wire/order.h"

void json_text(const char *text);
/* What the destination's capture did, without braces. */
void json_capture(const struct tcpmig_status *status);
void json_connection(const struct cr_connection_report *connection);

#endif

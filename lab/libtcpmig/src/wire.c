// SPDX-License-Identifier: GPL-2.0-only
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "stream.h"

int wire_put_head(int stream, enum message message, uint32_t size, int timeout_ms)
{
	struct head head = { .magic = WIRE_MAGIC, .version = WIRE_VERSION, .message = message, .size = size };

	return stream_write(stream, &head, sizeof(head), timeout_ms);
}

int wire_put(int stream, enum message message, const void *data, uint32_t size, int timeout_ms)
{
	return wire_put_head(stream, message, size, timeout_ms) ?: stream_write(stream, data, size, timeout_ms);
}

int wire_head(int stream, struct head *head, uint32_t limit, int timeout_ms)
{
	int error = stream_read_or_end(stream, head, sizeof(*head), timeout_ms);

	if (error)
		return error;
	if (head->magic != WIRE_MAGIC)
		return -EPROTO;
	if (head->version != WIRE_VERSION)
		return -EPROTONOSUPPORT;
	return head->size > limit ? -EMSGSIZE : 0;
}

int wire_body(int stream, const struct head *head, void **data, int timeout_ms)
{
	int error;

	*data = NULL;
	if (!head->size)
		return 0;
	*data = malloc(head->size);
	if (!*data)
		return -ENOMEM;
	error = stream_read(stream, *data, head->size, timeout_ms);
	if (error) {
		free(*data);
		*data = NULL;
	}
	return error;
}

static int hear_refusal(int stream, struct tcpmig_trouble *trouble, int timeout_ms)
{
	struct refused refused;
	int error = stream_read(stream, &refused, sizeof(refused), timeout_ms);

	if (error)
		return trouble_tell(trouble, "destination", error, TCPMIG_OK);
	refused.text[sizeof(refused.text) - 1] = 0;
	trouble->error = refused.error < 0 && refused.error != -EINPROGRESS ? refused.error : -ECONNREFUSED;
	trouble->refusal = refused.refusal < __TCPMIG_REFUSAL_MAX ? refused.refusal : TCPMIG_OK;
	snprintf(trouble->text, sizeof(trouble->text), "destination: %.*s", (int)sizeof(trouble->text) - 14, refused.text);
	return trouble->error;
}

int wire_expect(int stream, enum message message, void *data, uint32_t size, int timeout_ms,
		struct tcpmig_trouble *trouble)
{
	struct head head;
	int error = wire_head(stream, &head, UINT32_MAX, timeout_ms);

	if (error)
		return trouble_tell(trouble, "stream", error == 1 ? -EPIPE : error, TCPMIG_OK);
	if (head.message == MESSAGE_REFUSED && head.size == sizeof(struct refused))
		return hear_refusal(stream, trouble, timeout_ms);
	if (head.message != message || head.size != size)
		return trouble_tell(trouble, "stream", -EPROTO, TCPMIG_OK);
	error = stream_read(stream, data, size, timeout_ms);
	return error ? trouble_tell(trouble, "stream", error, TCPMIG_OK) : 0;
}

void wire_refuse(int stream, const struct tcpmig_trouble *trouble, int timeout_ms)
{
	struct refused refused = { .error = trouble->error, .refusal = trouble->refusal };

	memcpy(refused.text, trouble->text, sizeof(refused.text));
	wire_put(stream, MESSAGE_REFUSED, &refused, sizeof(refused), timeout_ms);
}

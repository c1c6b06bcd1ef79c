// SPDX-License-Identifier: GPL-2.0-only
#include "dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpmig.h"

static const char *const names[] = {
#define ATTRIBUTE(name) [TCPMIG_A_##name] = #name,
#include "attribute-names.h"
#undef ATTRIBUTE
};

const char *dump_name(unsigned int type)
{
	return type <= TCPMIG_A_MAX && names[type] ? names[type] : "?";
}

unsigned int dump_type(const struct nlattr *head)
{
	unsigned int type = head->nla_type & NLA_TYPE_MASK & ~TCPMIG_A_OPTIONAL;

	return type <= TCPMIG_A_MAX ? type : 0;
}

bool dump_is_payload(unsigned int type)
{
	return type == TCPMIG_A_RCV_DATA || type == TCPMIG_A_RTX_DATA || type == TCPMIG_A_WRITE_DATA || type == TCPMIG_A_OFO;
}

void dump_take(struct dump *d, const void *bytes, size_t size)
{
	free(d->bytes);
	d->bytes = malloc(size);
	memcpy(d->bytes, bytes, size);
	d->size = size;
}

void dump_free(struct dump *d)
{
	free(d->bytes);
	*d = (struct dump){};
}

bool dump_save(const struct dump *d, const char *folder, const char *name)
{
	char path[4096];
	bool written;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	if (!f)
		return false;
	written = fwrite(d->bytes, 1, d->size, f) == d->size;
	return !fclose(f) && written;
}

bool dump_next(const struct dump *d, size_t *at, struct nlattr *head, uint8_t **data)
{
	if (*at + NLA_HDRLEN > d->size)
		return false;
	memcpy(head, d->bytes + *at, sizeof(*head));
	if (head->nla_len < NLA_HDRLEN || *at + head->nla_len > d->size)
		return false;
	*data = d->bytes + *at + NLA_HDRLEN;
	*at += NLA_ALIGN(head->nla_len);
	return true;
}

void dump_value(char *to, size_t room, unsigned int type, const uint8_t *data, size_t size)
{
	uint64_t number = 0;
	size_t n = 0;

	if (type == TCPMIG_A_CA_NAME)
		snprintf(to, room, "%.*s", (int)size, data);
	else if (dump_is_payload(type))
		snprintf(to, room, "%zu bytes", size);
	else if (size <= sizeof(number)) {
		memcpy(&number, data, size);
		snprintf(to, room, "%llu", (unsigned long long)number);
	} else
		for (size_t i = 0; i < size && n + 3 < room; i++)
			n += snprintf(to + n, room - n, "%02x", data[i]);
}

void dump_print(const struct dump *d)
{
	struct nlattr head;
	uint8_t *data;
	char text[64];

	for (size_t at = 0; dump_next(d, &at, &head, &data);) {
		unsigned int type = dump_type(&head);

		dump_value(text, sizeof(text), type, data, head.nla_len - NLA_HDRLEN);
		fprintf(stderr, "    %s %s\n", dump_name(type), text);
	}
}

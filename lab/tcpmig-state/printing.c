// SPDX-License-Identifier: GPL-2.0-only
#include "printing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"

#define TEXT 160

static int next(const struct tcpmig_state *state, uint32_t *at, struct tcpmig_field *field)
{
	int more = tcpmig_state_next(state, at, field);

	if (more < 0)
		fail("the state is cut off or damaged at byte %u", *at);
	return more;
}

static struct tcpmig_state nest_of(const struct tcpmig_field *field)
{
	return (struct tcpmig_state){ (void *)field->data, field->size };
}

static void print_fields(const struct tcpmig_state *state, int indent)
{
	struct tcpmig_field field;
	char text[TEXT];

	for (uint32_t at = 0; next(state, &at, &field);) {
		tcpmig_field_text(&field, text, sizeof(text));
		if (*field.name == '?')
			printf("%*s%-*u %s%s\n", indent, "", 20 - indent, field.type, text, field.optional ? ", optional" : "");
		else
			printf("%*s%-*s %s\n", indent, "", 20 - indent, field.name, text);
		if (field.kind == TCPMIG_KIND_NEST) {
			struct tcpmig_state nest = nest_of(&field);

			print_fields(&nest, indent + 2);
		}
	}
}

void print_state(const struct tcpmig_state *state)
{
	print_fields(state, 0);
}

/* Names and values of the library's need no escapes, but for a name of a congestion control that came in a state. */
static void print_text(const char *text)
{
	putchar('"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\' || (unsigned char)*text < 32 || (unsigned char)*text > 126)
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	putchar('"');
}

static void print_sent(const struct tcpmig_field *field)
{
	struct tcpmig_sent sent = {};

	memcpy(&sent, field->data, field->size < sizeof(sent) ? field->size : sizeof(sent));
	printf("{\"len\":%u,\"age_us\":%u,\"delivered\":%u,\"first_tx_age_us\":%u,\"delivered_age_us\":%u,\"marks\":%u,"
	       "\"flags\":%u}", sent.len, sent.age_us, sent.delivered, sent.first_tx_age_us, sent.delivered_age_us,
	       sent.marks, sent.flags);
}

static void print_fields_json(const struct tcpmig_state *state);

static void print_value_json(const struct tcpmig_field *field, const char *text)
{
	struct tcpmig_state nest;

	switch (field->kind) {
	case TCPMIG_KIND_NUMBER: printf("%" PRIu64, (uint64_t)tcpmig_field_number(field)); break;
	case TCPMIG_KIND_SIGNED:
	case TCPMIG_KIND_PORT: printf("%" PRId64, tcpmig_field_number(field)); break;
	case TCPMIG_KIND_SENT: print_sent(field); break;
	case TCPMIG_KIND_NUMBERS:
		putchar('[');
		for (; *text; text++)
			putchar(*text == ' ' ? ',' : *text);
		putchar(']');
		break;
	case TCPMIG_KIND_HANDSHAKE:
	case TCPMIG_KIND_ADDRESS:
	case TCPMIG_KIND_TEXT: print_text(text); break;
	case TCPMIG_KIND_NEST:
		nest = nest_of(field);
		print_fields_json(&nest);
		break;
	default: printf("{\"bytes\":%u}", field->size);
	}
}

static void print_fields_json(const struct tcpmig_state *state)
{
	struct tcpmig_field field;
	const char *between = "";
	char text[TEXT];

	putchar('[');
	for (uint32_t at = 0; next(state, &at, &field); between = ",") {
		tcpmig_field_text(&field, text, sizeof(text));
		printf("%s{\"type\":%u,\"name\":\"%s\",\"unit\":\"%s\",\"text\":", between, field.type, field.name, field.unit);
		print_text(text);
		printf(",\"value\":");
		print_value_json(&field, text);
		putchar('}');
	}
	putchar(']');
}

void print_state_json(const struct tcpmig_state *state)
{
	struct tcpmig_tuple tuple;
	char local[TCPMIG_END_TEXT], remote[TCPMIG_END_TEXT];

	if (tcpmig_state_tuple(state, &tuple))
		fail("the state does not say whose it is");
	printf("{\"local\":\"%s\",\"remote\":\"%s\",\"bytes\":%u,\"attributes\":",
	       tcpmig_end_text(tuple.laddr, tuple.lport, local), tcpmig_end_text(tuple.raddr, tuple.rport, remote), state->size);
	print_fields_json(state);
	puts("}");
}

struct listing {
	bool json;
	unsigned int count;
};

static int print_connection(const struct tcpmig_connection *c, void *context)
{
	struct listing *l = context;
	char local[TCPMIG_END_TEXT], remote[TCPMIG_END_TEXT], fd[16] = "-";

	if (c->fd >= 0)
		snprintf(fd, sizeof(fd), "%d", c->fd);
	tcpmig_end_text(c->tuple.laddr, c->tuple.lport, local);
	tcpmig_end_text(c->tuple.raddr, c->tuple.rport, remote);
	if (l->json)
		printf("%s{\"local\":\"%s\",\"remote\":\"%s\",\"state\":\"%s\",\"receive_queue\":%u,\"send_queue\":%u,"
		       "\"uid\":%u,\"inode\":%u,\"fd\":%d}", l->count ? ",\n " : "[", local, remote,
		       tcpmig_tcp_state_name(c->tcp_state), c->receive_queue, c->send_queue, c->uid, c->inode, c->fd);
	else {
		if (!l->count)
			printf("%-22s %-22s %-12s %10s %10s %6s %10s %4s\n", "LOCAL", "REMOTE", "STATE", "UNREAD", "UNACKED",
			       "UID", "INODE", "FD");
		printf("%-22s %-22s %-12s %10u %10u %6u %10u %4s\n", local, remote, tcpmig_tcp_state_name(c->tcp_state),
		       c->receive_queue, c->send_queue, c->uid, c->inode, fd);
	}
	l->count++;
	return 0;
}

int print_list(pid_t pid, bool all, bool json)
{
	struct listing l = { .json = json };
	int error = tcpmig_list(pid, all ? TCPMIG_LIST_LISTENING | TCPMIG_LIST_TIME_WAIT : 0, print_connection, &l);

	if (json)
		puts(l.count ? "]" : "[]");
	return error;
}

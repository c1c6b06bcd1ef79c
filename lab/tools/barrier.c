// SPDX-License-Identifier: GPL-2.0-only
#include "barrier.h"
#include "ipv4_endpoint.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void usage(const char *complaint)
{
	fprintf(stderr, "barrier: %s\n"
		"usage: barrier serve --listen IP:PORT --members N|NAME,NAME... [--background]\n"
		"       barrier wait --server IP:PORT --member NAME [--timeout S] [--put KEY=VALUE]... NUMBER [NAME]\n"
		"       barrier fail --server IP:PORT --member NAME [--timeout S] REASON\n", complaint);
	exit(64);
}

struct request {
	struct sockaddr_in endpoint;
	const char *member, *members;
	double timeout_s;
	bool background;
	char values[BARRIER_LINE - 512];   /* each after a tab */
	int puts;
};

static const char *one_word(const char *text)
{
	if (!*text || strlen(text) > 80 || strpbrk(text, "\t\n"))
		usage("a word of 1 to 80 characters without tabs was expected");
	return text;
}

static void add_value(struct request *r, const char *text)
{
	size_t length = strlen(r->values);

	if (!strchr(text, '=') || *text == '=' || strpbrk(text, "\t\n"))
		usage("--put KEY=VALUE was expected, without tabs");
	if (length + strlen(text) + 2 > sizeof(r->values) || ++r->puts > BARRIER_WORDS - 4)
		usage("--put: too much");
	snprintf(r->values + length, sizeof(r->values) - length, "\t%s", text);
}

static struct request parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "listen", 1, 0, 'e' }, { "server", 1, 0, 'e' }, { "members", 1, 0, 'n' }, { "member", 1, 0, 'm' },
		{ "timeout", 1, 0, 't' }, { "put", 1, 0, 'p' }, { "background", 0, 0, 'b' }, { 0 },
	};
	struct request r = { .timeout_s = 60 };
	int option;
	char *end;

	while ((option = getopt_long(argc, argv, "+", names, NULL)) != -1) {
		switch (option) {
		case 'e':
			if (!ipv4_endpoint_parse(optarg, &r.endpoint))
				usage("IP:PORT was expected");
			break;
		case 'n': r.members = optarg; break;
		case 'm': r.member = one_word(optarg); break;
		case 't':
			r.timeout_s = strtod(optarg, &end);
			if (*end || !(r.timeout_s > 0 && r.timeout_s < 1e6))
				usage("--timeout: seconds were expected");
			break;
		case 'p': add_value(&r, optarg); break;
		case 'b': r.background = true; break;
		default: usage("unknown option");
		}
	}
	if (!r.endpoint.sin_family)
		usage("--listen or --server is missing");
	return r;
}

static int wait_at(const struct request *r, char **words)
{
	char line[BARRIER_LINE], *end;
	unsigned long number = words[0] ? strtoul(words[0], &end, 10) : 0;

	if (!r->member || !words[0] || *end || *words[0] == '-' || number > 1000000 || (words[1] && words[2]))
		usage("--member and the barrier's number were expected");
	snprintf(line, sizeof(line), "wait\t%s\t%lu\t%s%s", r->member, number, words[1] ? one_word(words[1]) : "",
		 r->values);
	return barrier_ask(&r->endpoint, line, r->timeout_s);
}

static int report_failure(const struct request *r, char **words)
{
	char reason[BARRIER_LINE / 2] = "", line[BARRIER_LINE];
	size_t length = 0;

	if (!r->member || !words[0])
		usage("--member and a reason were expected");
	for (; *words && length < sizeof(reason) - 1; words++, length = strlen(reason))
		snprintf(reason + length, sizeof(reason) - length, "%s%s", length ? " " : "", *words);
	for (char *c = reason; (c = strpbrk(c, "\t\n"));)
		*c = ' ';
	snprintf(line, sizeof(line), "fail\t%s\t%s", r->member, reason);
	return barrier_ask(&r->endpoint, line, r->timeout_s);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct request r;
	char **words;

	if (strcmp(verb, "serve") && strcmp(verb, "wait") && strcmp(verb, "fail"))
		usage("serve, wait or fail was expected");
	r = parse(argc - 1, argv + 1);
	words = argv + 1 + optind;
	if (!strcmp(verb, "wait"))
		return wait_at(&r, words);
	if (!strcmp(verb, "fail"))
		return report_failure(&r, words);
	if (!r.members || *words)
		usage("serve: --members was expected, and nothing else");
	return barrier_serve(&r.endpoint, r.members, r.background);
}

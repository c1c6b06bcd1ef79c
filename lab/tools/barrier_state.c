// SPDX-License-Identifier: GPL-2.0-only
#include "barrier_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int barrier_words(char *line, char **words)
{
	int count = 0;

	for (char *word; count < BARRIER_WORDS && (word = strsep(&line, "\t")); count++)
		words[count] = word;
	return count;
}

static bool add_names(struct barrier_state *s, const char *names)
{
	char *copy = strdup(names), *rest = copy;

	for (char *name; (name = strsep(&rest, ",")); s->known++) {
		if (!*name || s->known == BARRIER_MEMBERS)
			return false;
		s->members[s->known] = strdup(name);
	}
	free(copy);
	s->expected = s->known;
	s->closed = true;
	return true;
}

bool barrier_state_open(struct barrier_state *s, const char *members)
{
	char *end;
	long count = strtol(members, &end, 10);

	*s = (struct barrier_state){ .expected = (int)count };
	if (!*end && *members)
		return count > 0 && count <= BARRIER_MEMBERS;
	return add_names(s, members);
}

int barrier_member(struct barrier_state *s, const char *name)
{
	for (int i = 0; i < s->known; i++)
		if (!strcmp(s->members[i], name))
			return i;
	if (s->closed || s->known == s->expected)
		return -1;
	s->members[s->known] = strdup(name);
	return s->known++;
}

static struct arrival *find(const struct barrier_state *s, int member, unsigned int number)
{
	for (struct arrival *a = s->arrivals; a; a = a->next)
		if (a->member == member && a->number == number)
			return a;
	return NULL;
}

/* Two members that call one number by two names run different scenarios. */
static void check_name(struct barrier_state *s, int member, unsigned int number, const char *name)
{
	char reason[256];

	if (!*name)
		return;
	for (size_t i = 0; i < s->named; i++) {
		if (s->names[i].number != number)
			continue;
		if (strcmp(s->names[i].name, name)) {
			snprintf(reason, sizeof(reason), "calls barrier %u '%.80s', others '%.80s'", number, name,
				 s->names[i].name);
			barrier_fail(s, s->members[member], reason);
		}
		return;
	}
	s->names = realloc(s->names, (s->named + 1) * sizeof(*s->names));
	s->names[s->named].number = number;
	s->names[s->named++].name = strdup(name);
}

void barrier_arrive(struct barrier_state *s, int member, unsigned int number, const char *name, char **values,
		    int count)
{
	struct arrival *arrival;
	size_t size;
	FILE *text;

	check_name(s, member, number, name);
	if (find(s, member, number))
		return;
	arrival = malloc(sizeof(*arrival));
	*arrival = (struct arrival){ .member = member, .number = number, .next = s->arrivals };
	s->arrivals = arrival;
	text = open_memstream(&arrival->values, &size);
	for (int i = 0; i < count; i++)
		fprintf(text, "value\t%s\n", values[i]);
	fclose(text);
}

void barrier_fail(struct barrier_state *s, const char *member, const char *reason)
{
	/* The first failure is the cause. */
	if (!s->failure && asprintf(&s->failure, "fail\t%s\t%s\n", member, reason) < 0)
		abort();
}

bool barrier_complete(const struct barrier_state *s, unsigned int number)
{
	int there = 0;

	for (int i = 0; i < s->known; i++)
		there += find(s, i, number) != NULL;
	return there == s->expected;
}

char *barrier_values(const struct barrier_state *s, unsigned int number, int member)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < s->known; i++) {
		const struct arrival *arrival = i == member ? NULL : find(s, i, number);

		if (arrival)
			fputs(arrival->values, out);
	}
	fclose(out);
	return text;
}

char *barrier_missing(const struct barrier_state *s, unsigned int number)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *space = "";

	for (int i = 0; i < s->known; i++) {
		if (find(s, i, number))
			continue;
		fprintf(out, "%s%s", space, s->members[i]);
		space = " ";
	}
	if (s->known < s->expected)
		fprintf(out, "%s(%d not heard of)", space, s->expected - s->known);
	fclose(out);
	return text;
}

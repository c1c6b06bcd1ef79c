// SPDX-License-Identifier: GPL-2.0-only
#include "corpus.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../selftest/selftest.h"
#include "mutate.h"

bool can_be_walked(const struct state *s)
{
	size_t at = 0;

	while (at + NLA_HDRLEN <= s->size) {
		const struct nlattr *a = attribute_at(s, at);

		if (a->nla_len < NLA_HDRLEN || a->nla_len > s->size - at)
			return false;
		at += NLA_ALIGN(a->nla_len);
	}
	return at == NLA_ALIGN(s->size);
}

static bool state_load(struct state *s, const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	*s = (struct state){ .bytes = malloc(SEED_MAX + 1) };
	if (!s->bytes)
		die("memory");
	s->size = fread(s->bytes, 1, SEED_MAX + 1, f);
	fclose(f);
	if (s->size <= SEED_MAX && can_be_walked(s) && attribute_find(s, TCPMIG_A_LADDR) < s->size)
		return true;
	state_free(s);
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct seed *)a)->name, ((const struct seed *)b)->name);
}

void corpus_read_seeds(struct corpus *c, const char *folder)
{
	DIR *d = opendir(folder);
	char path[4096];

	if (!d)
		die(folder);
	for (struct dirent *e; (e = readdir(d));) {
		struct seed s = {};

		if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof(s.name) || strchr(e->d_name, ':'))
			continue;
		strcpy(s.name, e->d_name);
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (!state_load(&s.state, path))
			continue;
		c->seeds = realloc(c->seeds, (c->seeds_count + 1) * sizeof(*c->seeds));
		if (!c->seeds)
			die("memory");
		c->seeds[c->seeds_count++] = s;
	}
	closedir(d);
	errno = ENOENT;
	if (!c->seeds_count)
		die("no exported state");
	/* An input names its state by this order, and a folder has none. */
	qsort(c->seeds, c->seeds_count, sizeof(*c->seeds), by_name);
}

void corpus_keep(struct corpus *c, const struct input *i)
{
	if (c->inputs_count == c->inputs_room) {
		c->inputs_room = c->inputs_room ? 2 * c->inputs_room : 256;
		c->inputs = realloc(c->inputs, c->inputs_room * sizeof(*c->inputs));
		if (!c->inputs)
			die("memory");
	}
	c->inputs[c->inputs_count++] = *i;
}

bool input_parse(struct input *i, const struct corpus *c, const char *text)
{
	size_t name = strcspn(text, ":\n");

	*i = (struct input){ .seed = c->seeds_count };
	for (uint32_t s = 0; s < c->seeds_count; s++)
		if (strlen(c->seeds[s].name) == name && !strncmp(c->seeds[s].name, text, name))
			i->seed = s;
	for (text += name; *text == ':' && i->steps < STEPS_MAX; i->steps++)
		i->step[i->steps] = strtoul(text + 1, (char **)&text, 16);
	return i->seed < c->seeds_count && (*text == '\n' || !*text);
}

const char *input_text(const struct input *i, const struct corpus *c)
{
	static char text[INPUT_TEXT_MAX];
	int n = snprintf(text, sizeof(text), "%s", c->seeds[i->seed].name);

	for (uint32_t s = 0; s < i->steps; s++)
		n += snprintf(text + n, sizeof(text) - n, ":%x", i->step[s]);
	return text;
}

void corpus_read_inputs(struct corpus *c, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[INPUT_TEXT_MAX + 2];
	struct input i;

	while (f && fgets(line, sizeof(line), f))
		if (input_parse(&i, c, line))
			corpus_keep(c, &i);
	if (f)
		fclose(f);
}

struct state input_make(const struct input *i, const struct corpus *c, uint16_t rport)
{
	const struct state *seed = &c->seeds[i->seed].state;
	struct state s = state_copy(seed, INPUT_MAX - seed->size);

	/* A listening socket has none. */
	if (value_get(&s, TCPMIG_A_RPORT))
		value_set(&s, TCPMIG_A_RPORT, htons(rport));
	for (uint32_t step = 0; step < i->steps; step++)
		mutate(&s, i->step[step], c);
	return s;
}

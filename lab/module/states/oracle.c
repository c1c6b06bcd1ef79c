// SPDX-License-Identifier: GPL-2.0-only
#include "oracle.h"

#include "corruption.h"
#include "move.h"
#include "say.h"

/* A word of an attribute: the situation in which it was met last. */
static struct target {
	const char *met;
	bool noticed;
} targets[TCPMIG_A_MAX + 1][CORRUPTION_WORDS];

static void tell(const struct trial *t, const struct corruption *c)
{
	say("trial", "\"case\":\"%s\",\"family\":\"%s\",\"direction\":\"changed\",\"status\":\"ok\",\"reason\":\"\","
	    "\"segments\":%u,\"compared\":%s,\"ms\":%.1f,\"situation\":\"%s\",\"noticed\":\"%s\"",
	    corruption_name(c), family_names[t->family], t->seen.segments, t->compared ? "true" : "false",
	    (now_ns() - t->start_ns) / 1e6, t->situation->name, quoted(t->reason));
}

static bool is_noticed(const struct trial *template, const struct corruption *c)
{
	struct trial t = *template;

	t.corruption = c;
	t.save = NULL;
	trace(&t, "--- %s changed", corruption_name(c));
	if (trial_run(&t))
		return false;
	tell(&t, c);
	return true;
}

void oracle_try(const struct trial *template, const struct dump *kept, struct tally *tally)
{
	for (unsigned int socket = 0; socket < SOCKETS_MAX; socket++)
		for (struct corruption c = { .socket = socket }; corruption_next(&c, &kept[socket]);) {
			struct target *target = &targets[c.type][c.offset / sizeof(uint32_t)];

			target->met = template->situation->name;
			if (target->noticed)
				continue;
			target->noticed = is_noticed(template, &c);
			tally->trials += target->noticed;
		}
}

void oracle_end(struct tally *tally)
{
	for (unsigned int type = 0; type <= TCPMIG_A_MAX; type++)
		for (unsigned int word = 0; word < CORRUPTION_WORDS; word++) {
			struct corruption c = { .type = type, .offset = word * sizeof(uint32_t) };

			if (!targets[type][word].met || targets[type][word].noticed)
				continue;
			say("trial", "\"case\":\"%s\",\"family\":\"any\",\"direction\":\"changed\",\"status\":\"failed\","
			    "\"reason\":\"nothing notices another value, last in %s\",\"segments\":0,\"compared\":false,"
			    "\"ms\":0", corruption_name(&c), targets[type][word].met);
			tally->trials++;
			tally->failed++;
		}
}

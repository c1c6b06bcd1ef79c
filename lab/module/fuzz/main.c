// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../selftest/selftest.h"
#include "coverage.h"
#include "life.h"
#include "mutate.h"

static const char usage[] =
	"usage: tcpmig-fuzz --seeds DIR [options]\n"
	"Gives SET of /dev/tcpmig states that were changed with regard to what they mean, activates some of those that it takes,\n"
	"uses them and ends them. What brings something new (kcov, where the kernel has it) is kept and changed further.\n"
	"Prints a JSON object a line; the kernel's log has each input's name before it. Needs root, and the modules tun and tcpmig.\n"
	"Exit codes: 0 done, 1 could not, 64 usage. That the kernel complains is seen in its log.\n"
	"\n"
	"  --seeds DIR    states that a kernel exported (tcpmig-states --save DIR)\n"
	"  --corpus FILE  inputs that were kept, one a line: they are gone through first, and not counted\n"
	"  --inputs N     how many (1000)\n"
	"  --series N     another series of random numbers (1)\n"
	"  --seconds N    ends after so long, whatever was done\n"
	"  --input NAME   this one only, as the kernel's log names it; --inputs times\n";

struct work {
	const char *seeds, *corpus, *input;
	uint64_t inputs, series, seconds;
};


static struct work parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "seeds", 1, 0, 's' }, { "corpus", 1, 0, 'c' }, { "inputs", 1, 0, 'n' }, { "series", 1, 0, 'r' },
		{ "seconds", 1, 0, 't' }, { "input", 1, 0, 'i' }, { "help", 0, 0, 'h' }, {}
	};
	struct work w = { .inputs = 1000, .series = 1 };

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 's': w.seeds = optarg; break;
		case 'c': w.corpus = optarg; break;
		case 'n': w.inputs = strtoull(optarg, NULL, 10); break;
		case 'r': w.series = strtoull(optarg, NULL, 10); break;
		case 't': w.seconds = strtoull(optarg, NULL, 10); break;
		case 'i': w.input = optarg; break;
		case 'h': fputs(usage, stdout); exit(0);
		default: w.seeds = NULL; optind = argc + 1; break;
		}
	}
	if (!w.seeds || !w.inputs || optind != argc) {
		fputs(usage, stderr);
		exit(64);
	}
	return w;
}

static int log_fd = -1;

/* Before it is tried, so that a report stands behind its input's name. As a warning, which a debug kernel's console shows. */
static void name_in_log(const char *input)
{
	char line[INPUT_TEXT_MAX + 32];
	int n = snprintf(line, sizeof(line), "<4>tcpmig-fuzz: %s\n", input);

	if (log_fd >= 0 && write(log_fd, line, n) < 0)
		return; /* the log is full of other things: the input is tried all the same */
}

/* Whether it brought something new. */
static bool try(const struct input *i, const struct corpus *c, struct tally *t)
{
	static uint16_t rport;
	struct dice d = { .state = i->steps ? i->step[i->steps - 1] ^ 0x5eed00000000ull : 0 };
	struct state s = input_make(i, c, 1024 + rport++ % 60000);
	uint64_t outcome;

	name_in_log(input_text(i, c));
	coverage_begin();
	outcome = live(&s, &c->seeds[i->seed].state, &d, t);
	state_free(&s);
	return coverage_end(outcome);
}

/* A step further from one that was kept, or the first from an exported state. */
static struct input next_input(const struct corpus *c, struct dice *d)
{
	struct input i = { .seed = dice_below(d, c->seeds_count) };

	if (c->inputs_count && !dice_one_in(d, 3))
		i = c->inputs[dice_below(d, c->inputs_count)];
	if (i.steps == STEPS_MAX)
		i.steps--;
	i.step[i.steps++] = dice_roll(d);
	return i;
}

static void report(const char *event, const struct work *w, const struct tally *t, const struct corpus *c, bool kcov)
{
	say(event,
	    "\"series\":%llu,\"inputs\":%u,\"refused\":%u,\"rebuilds\":%u,\"built\":%u,\"activated\":%u,\"spoken\":%u,"
	    "\"closed\":%u,\"left\":%u,\"kept\":%u,\"edges\":%u,\"kcov\":%s", (unsigned long long)w->series, t->inputs, t->refused, t->rebuilds, t->built, t->activated, t->spoken, t->closed, t->left,
	    c->inputs_count, coverage_seen(), kcov ? "true" : "false");
}

/* The exported states as they are, and what was kept of earlier runs: what is known already is not new. */
static void warm_up(const struct corpus *c)
{
	struct tally none = {};

	for (uint32_t s = 0; s < c->seeds_count; s++)
		try(&(struct input){ .seed = s }, c, &none);
	for (uint32_t i = 0; i < c->inputs_count; i++)
		try(&c->inputs[i], c, &none);
	life_end(&none);
	say("fuzz-start", "\"seeds\":%u,\"corpus\":%u,\"seeds_built\":%u,\"edges\":%u", c->seeds_count, c->inputs_count,
	    none.built, coverage_seen());
}

static void fuzz(const struct work *w, struct corpus *c, bool kcov)
{
	struct dice d = { .state = w->series };
	uint64_t until = w->seconds ? now_ns() + w->seconds * 1000000000ull : UINT64_MAX;
	struct tally t = {};

	while (t.inputs < w->inputs && now_ns() < until) {
		struct input i = next_input(c, &d);

		if (try(&i, c, &t)) {
			corpus_keep(c, &i);
			say("fuzz-kept", "\"input\":\"%s\"", input_text(&i, c));
		}
		if (t.inputs % 500 == 0)
			report("fuzz", w, &t, c, kcov);
	}
	life_end(&t);
	report("fuzz-end", w, &t, c, kcov);
}

static void repeat(const struct work *w, const struct corpus *c)
{
	struct tally t = {};
	struct input i;

	errno = EINVAL;
	if (!input_parse(&i, c, w->input))
		die("no such input");
	while (t.inputs < w->inputs)
		try(&i, c, &t);
	life_end(&t);
	report("fuzz-end", w, &t, c, false);
}

int main(int argc, char **argv)
{
	struct work w = parse(argc, argv);
	struct corpus c = {};
	bool kcov;

	signal(SIGPIPE, SIG_IGN);
	corpus_read_seeds(&c, w.seeds);
	if (w.corpus)
		corpus_read_inputs(&c, w.corpus);
	log_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (unshare(CLONE_NEWNET))
		die("unshare");
	life_start();
	if (w.input) {
		repeat(&w, &c);
		return 0;
	}
	kcov = coverage_start();
	warm_up(&c);
	fuzz(&w, &c, kcov);
	return 0;
}

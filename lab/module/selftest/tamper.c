// SPDX-License-Identifier: GPL-2.0-only
#include "tamper.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "selftest.h"

static const char usage[] =
	"usage: tcpmig-tamper --state FILE [--flips N] [--lives N] [--seed N]\n"
	"Gives SET of /dev/tcpmig a connection's state that is wrong in every way, and checks that each is refused, or taken\n"
	"only where it is right; what is taken is thrown away. The connection must not be one of this machine.\n"
	"Prints a JSON object a line. Exit codes: 0 good, 1 an answer was not the right one, 64 usage.\n"
	"\n"
	"  --state FILE  as tcpmig-move node --save FILE writes it, on the other node\n"
	"  --flips N     states with random bits turned over (2000)\n"
	"  --lives N     connections of our own that go on from states with random values (300)\n"
	"  --seed N      of what is random (1)\n";

struct work {
	const char *path;
	unsigned int flips, lives;
	uint64_t seed;
};

static struct work parse(int argc, char **argv)
{
	static const struct option names[] = { { "state", 1, 0, 's' }, { "flips", 1, 0, 'f' }, { "lives", 1, 0, 'l' },
					       { "seed", 1, 0, 'r' }, { "help", 0, 0, 'h' }, {} };
	struct work w = { .flips = 2000, .lives = 300, .seed = 1 };

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 's': w.path = optarg; break;
		case 'f': w.flips = strtoul(optarg, NULL, 10); break;
		case 'l': w.lives = strtoul(optarg, NULL, 10); break;
		case 'r': w.seed = strtoull(optarg, NULL, 10); break;
		case 'h': fputs(usage, stdout); exit(0);
		default: w.path = NULL; optind = argc + 1; break;
		}
	}
	if (!w.path || !w.seed || optind != argc) {
		fputs(usage, stderr);
		exit(64);
	}
	return w;
}

static struct state state_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = {};
	struct state s;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	s = (struct state){ .bytes = malloc(st.st_size), .size = st.st_size };
	if (!s.bytes || read(fd, s.bytes, s.size) != st.st_size)
		die(path);
	close(fd);
	errno = EBADMSG;
	if (!state_is_whole(&s) || attribute_find(&s, TCPMIG_A_TOTAL_RETRANS) == s.size)
		die(path);
	return s;
}

int main(int argc, char **argv)
{
	struct work w = parse(argc, argv);
	struct state s = state_read(w.path);
	unsigned int unexpected = 0;

	unexpected += try_unchanged(&s);
	unexpected += try_missing(&s);
	unexpected += try_lengths(&s);
	unexpected += try_headers(&s);
	unexpected += try_unknown(&s);
	unexpected += try_optional(&s);
	unexpected += try_twice(&s);
	unexpected += try_cut(&s);
	unexpected += try_ranges(&s);
	unexpected += try_contradictions(&s);
	unexpected += try_saved_syns(&s);
	unexpected += try_ofo(&s);
	unexpected += try_sacks(&s);
	unexpected += try_sent(&s);
	unexpected += try_calls(&s);
	unexpected += try_flips(&s, w.flips, w.seed);
	unexpected += try_lives(w.lives, w.seed);
	unexpected += try_operations();
	say("tamper-end", "\"unexpected\":%u", unexpected);
	return unexpected ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_resolve: tells what became of hand-overs, and ends the doubt of those that nobody knows of. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include "json.h"
#include "machine.h"
#include "resolve.h"

#define EXIT_IN_DOUBT 2
#define EXIT_LOST 3

static const char help[] =
	"usage: cr_resolve\n"
	"       cr_resolve --secret-file FILE [--other HOST[:PORT]] [ID]\n"
	"       cr_resolve --keep | --give-up ID\n"
	"\n"
	"Without arguments: lists the hand-overs that this machine knows of. With a secret: asks the other machine of the one\n"
	"with this ID, or of all that are not settled, and ends the doubt on both sides when it can be known what became of\n"
	"it; of one that has moved, whether the process still is. --other: where its cr_receiver listens, if not where the\n"
	"ledger says.\n"
	"\n"
	"When the other machine will never answer again an operator has to decide:\n"
	"--keep     the process goes on here. If it also went on there, and that machine is not off for good, two processes\n"
	"           own its connections and disturb each other, and what it does is done twice. If it went on there and was\n"
	"           seen by its peers, what goes on here is an older state, which its connections do not survive.\n"
	"--give-up  the process ends here, in silence. If it did not go on there, it is lost.\n"
	"\n"
	"Prints one JSON line for each. Exit code: 0 all settled, 1 no such hand-over, 2 one is in doubt or under way, 3 one\n"
	"is lost, 64 usage.\n";

struct arguments {
	const char *secret_file, *other, *id;
	enum verdict verdict;
};

static struct arguments parse(int count, char **words)
{
	static const struct option options[] = { { "secret-file", required_argument, 0, 's' },
						 { "other", required_argument, 0, 'o' },
						 { "keep", no_argument, 0, 'k' },
						 { "give-up", no_argument, 0, 'g' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	struct arguments arguments = { 0 };
	int option;

	while ((option = getopt_long(count, words, "", options, NULL)) != -1)
		switch (option) {
		case 's': arguments.secret_file = optarg; break;
		case 'o': arguments.other = optarg; break;
		case 'k': arguments.verdict |= VERDICT_KEEP; break;
		case 'g': arguments.verdict |= VERDICT_GIVE_UP; break;
		case 'h': fputs(help, stdout); exit(0);
		default: exit(EX_USAGE);
		}
	if (optind < count)
		arguments.id = words[optind++];
	if (optind < count || arguments.verdict == (VERDICT_KEEP | VERDICT_GIVE_UP) ||
	    (arguments.verdict && (!arguments.id || arguments.secret_file || arguments.other)))
		errx(EX_USAGE, "--keep or --give-up with one ID, or --secret-file (--help)");
	return arguments;
}

/* As cr_checkpoint names it; "under way" is neither. */
static const char *status_of(const struct cr_ledger *ledger)
{
	switch (ledger->fate) {
	case CR_FATE_UNDECIDED:
	case CR_FATE_FROZEN: return "under-way";
	case CR_FATE_PREPARED:
	case CR_FATE_DECIDED: return "in-doubt";
	default: return ledger_fate(ledger->fate);
	}
}

static int print(const struct cr_ledger *ledger, const char *reason)
{
	struct cr_clocks now;
	char id[ID_TEXT];

	machine_clocks(&now);
	ledger_id_text(ledger->id, id);
	printf("{\"event\":\"resolution\",\"t_ns\":%lld,\"id\":\"%s\",\"role\":\"%s\",\"pid\":%d,\"other\":",
	       (long long)now.monotonic_ns, id, ledger_role(ledger->role), ledger->pid);
	json_text(ledger->other);
	printf(",\"status\":\"%s\",\"reason\":", status_of(ledger));
	json_text(reason);
	printf("}\n");
	fflush(stdout);
	return ledger->fate == CR_FATE_LOST ? EXIT_LOST : ledger_settled(ledger->fate) ? 0 : EXIT_IN_DOUBT;
}

static int resolve_one(struct resolution *resolution, enum cr_role role, const uint8_t *id)
{
	int error = resolve(resolution, role, id);

	if (error == -ENOENT)
		return -1;
	if (error)
		errx(EX_OSERR, CR_LEDGER_FOLDER ": %s", strerror(-error));
	return print(&resolution->ledger, resolution->reason);
}

static int resolve_id(struct resolution *resolution, const char *text)
{
	uint8_t id[CR_ID_SIZE];
	int code;

	if (ledger_id_parse(text, id))
		errx(EX_USAGE, "'%s' is no ID: 32 hexadecimal digits, as in cr_checkpoint's JSON line", text);
	code = resolve_one(resolution, CR_ORIGIN, id);
	if (code < 0)
		code = resolve_one(resolution, CR_DESTINATION, id);
	if (code < 0)
		warnx("%s: this machine knows of no such hand-over", text);
	return code < 0 ? EXIT_FAILURE : code;
}

static int resolve_all(struct resolution *resolution)
{
	struct ledger_list list;
	int worst = 0, error = ledger_list(&list);

	if (error)
		errx(EX_OSERR, CR_LEDGER_FOLDER ": %s", strerror(-error));
	for (unsigned int i = 0; i < list.count; i++) {
		const struct cr_ledger *ledger = &list.ledgers[i];
		int code;

		if (!resolution->secret)
			code = print(ledger, "");
		else if (ledger_settled(ledger->fate))
			continue;
		else
			code = resolve_one(resolution, ledger->role, ledger->id);
		worst = code > worst ? code : worst;
	}
	return worst;
}

int main(int count, char **words)
{
	struct arguments arguments = parse(count, words);
	struct resolution resolution = { .other = arguments.other, .verdict = arguments.verdict };
	static struct secret secret;

	if (arguments.secret_file) {
		secret_read(&secret, arguments.secret_file);
		resolution.secret = &secret;
	}
	return arguments.id ? resolve_id(&resolution, arguments.id) : resolve_all(&resolution);
}

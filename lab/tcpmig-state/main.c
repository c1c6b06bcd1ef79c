// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printing.h"
#include "reading.h"

static const char usage[] =
	"usage: tcpmig-state --list [--pid PID] [--all] [--json]\n"
	"       tcpmig-state LOCAL REMOTE [--json] [--save FILE]\n"
	"       tcpmig-state --pid PID --fd FD [--json] [--save FILE]\n"
	"       tcpmig-state --file FILE [--json]\n"
	"       tcpmig-state --diff FILE FILE\n"
	"Prints the whole state of a TCP connection, each attribute by its name in tcpmig(4). A living connection is frozen\n"
	"for that, read, and goes on; who has it is held still meanwhile.\n"
	"\n"
	"  LOCAL REMOTE  both ends, as --list shows them: 10.77.0.1:80, [fd00::1]:80\n"
	"  --list        connections of this network namespace, or of one process; --all: also listening and TIME_WAIT\n"
	"  --save FILE   write the state to FILE as well\n"
	"  --diff        what differs between two such files\n"
	"Exit codes: 0 good, 1 the two differ, 2 it can not be read, 64 usage.\n";

struct options {
	bool list, all, json, diff;
	pid_t pid;
	int fd;
	const char *file, *save;
};

void fail(const char *format, ...)
{
	va_list values;

	fflush(stdout);
	fputs("tcpmig-state: ", stderr);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	exit(FAILED);
}

__attribute__((noreturn)) static void wrong(const char *what)
{
	fprintf(stderr, "tcpmig-state: %s\n%s", what, usage);
	exit(USAGE);
}

static int number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || *text < '0' || *text > '9' || value > INT32_MAX)
		wrong("a number expected");
	return value;
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "list", 0, 0, 'l' }, { "all", 0, 0, 'a' }, { "json", 0, 0, 'j' }, { "diff", 0, 0, 'd' },
		{ "pid", 1, 0, 'p' }, { "fd", 1, 0, 'f' }, { "file", 1, 0, 'F' }, { "save", 1, 0, 's' },
		{ "help", 0, 0, 'h' }, {}
	};
	struct options o = { .fd = -1 };

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 'l': o.list = true; break;
		case 'a': o.all = true; break;
		case 'j': o.json = true; break;
		case 'd': o.diff = true; break;
		case 'p': o.pid = number(optarg); break;
		case 'f': o.fd = number(optarg); break;
		case 'F': o.file = optarg; break;
		case 's': o.save = optarg; break;
		case 'h': fputs(usage, stdout); exit(GOOD);
		default: wrong("unknown option");
		}
	}
	return o;
}

static int show_list(const struct options *o)
{
	int error = print_list(o->pid, o->all, o->json);

	if (error == -EXDEV)
		fail("process %d is in another network namespace", o->pid);
	if (error)
		fail("the list of connections: %s", strerrordesc_np(-error));
	return GOOD;
}

static int show_difference(const char *first, const char *second)
{
	struct tcpmig_state a = read_file(first), b = read_file(second);
	bool equal = print_difference(&a, &b);

	tcpmig_state_free(&a);
	tcpmig_state_free(&b);
	return equal ? GOOD : DIFFERENT;
}

static struct tcpmig_state read_named(char **ends)
{
	struct tcpmig_tuple tuple = {};

	if (tcpmig_end_parse(ends[0], tuple.laddr, &tuple.lport) || tcpmig_end_parse(ends[1], tuple.raddr, &tuple.rport))
		wrong("LOCAL and REMOTE as ADDRESS:PORT expected");
	return read_tuple(&tuple);
}

static int show_state(const struct options *o, char **ends, int count)
{
	struct tcpmig_state state;

	if (o->file && !count)
		state = read_file(o->file);
	else if (o->pid && o->fd >= 0 && !count)
		state = read_descriptor(o->pid, o->fd);
	else if (count == 2)
		state = read_named(ends);
	else
		wrong("a connection, a file or --list expected");
	if (o->save)
		save_file(o->save, &state);
	if (o->json)
		print_state_json(&state);
	else
		print_state(&state);
	tcpmig_state_free(&state);
	return GOOD;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	int count = argc - optind;

	if (o.list && !count)
		return show_list(&o);
	if (o.diff && count == 2)
		return show_difference(argv[optind], argv[optind + 1]);
	if (o.list || o.diff)
		wrong(o.diff ? "--diff needs two files" : "--list takes no connection");
	return show_state(&o, argv + optind, count);
}

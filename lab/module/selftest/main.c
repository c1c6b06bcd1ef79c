// SPDX-License-Identifier: GPL-2.0-only
#include "selftest.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char usage[] =
	"usage: tcpmig-move ROLE [options]\n"
	"Moves its own TCP connections between two nodes with /dev/tcpmig; every byte is verified at both ends.\n"
	"Prints a JSON object a line. Exit codes: 0 good, 1 a connection failed or bytes were wrong, 64 usage.\n"
	"\n"
	"  node   serves peers and takes in connections from the other node; runs until it is killed\n"
	"    --listen ADDR:PORT    where peers connect\n"
	"    --control ADDR:PORT   where the other node hands over (private wire)\n"
	"    --to ADDR:PORT        the other node's --control\n"
	"    --moves N             how often a connection moves, forth and back (0)\n"
	"    --aborts N            how many moves of each connection are called off at the last moment before (0)\n"
	"    --every MS            between moves (200)\n"
	"    --save FILE           freeze each connection once, write its state to FILE, and let it go on\n"
	"  peer   connects, sends and reads, ends when all connections have ended\n"
	"    --connect ADDR:PORT   the node\n"
	"    --connections N       in all (1)\n"
	"    --parallel N          at a time (all)\n"
	"    --bytes N             from the peer (16777216); after them a FIN, so the node is in CLOSE_WAIT\n"
	"    --reply N             from the node (as many)\n"
	"    --hold MS             do not read at first; the node does not read before its first move (0)\n"
	"  check  asks whether this node would take a connection: exit code 1 if not\n"
	"    --listen ADDR:PORT    its local end\n"
	"    --connect ADDR:PORT   its remote end\n"
	"    --captures N          also capture it, N times at once (0)\n";

int listen_on(const struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (const struct sockaddr *)a, sizeof(*a)) || listen(fd, 1024))
		die("listen");
	return fd;
}

__attribute__((noreturn)) static void wrong(const char *what)
{
	fprintf(stderr, "tcpmig-move: %s\n%s", what, usage);
	exit(64);
}

static struct sockaddr_in endpoint(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char host[INET_ADDRSTRLEN] = "";
	const char *colon = strchr(text, ':');

	if (!colon || colon - text >= (int)sizeof(host))
		wrong("ADDR:PORT expected");
	memcpy(host, text, colon - text);
	a.sin_port = htons(atoi(colon + 1));
	if (!inet_aton(host, &a.sin_addr) || !a.sin_port)
		wrong("ADDR:PORT expected");
	return a;
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "listen", 1, 0, 'l' }, { "control", 1, 0, 'c' }, { "to", 1, 0, 't' }, { "connect", 1, 0, 'p' },
		{ "moves", 1, 0, 'm' }, { "aborts", 1, 0, 'a' }, { "every", 1, 0, 'e' }, { "connections", 1, 0, 'n' },
		{ "parallel", 1, 0, 'j' }, { "bytes", 1, 0, 'b' }, { "hold", 1, 0, 'w' },
		{ "reply", 1, 0, 'r' }, { "captures", 1, 0, 'k' }, { "save", 1, 0, 's' }, { "help", 0, 0, 'h' }, {}
	};
	struct options o = { .every_ms = 200, .connections = 1, .parallel = ~0u, .bytes = 16 << 20 };

	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		switch (c) {
		case 'l': o.listen = endpoint(optarg); break;
		case 'c': o.control = endpoint(optarg); break;
		case 't': o.to = endpoint(optarg); break;
		case 'p': o.connect = endpoint(optarg); break;
		case 'm': o.moves = strtoul(optarg, NULL, 10); break;
		case 'a': o.aborts = strtoul(optarg, NULL, 10); break;
		case 'e': o.every_ms = strtoul(optarg, NULL, 10); break;
		case 'n': o.connections = strtoul(optarg, NULL, 10); break;
		case 'j': o.parallel = strtoul(optarg, NULL, 10); break;
		case 'b': o.bytes = strtoull(optarg, NULL, 10); break;
		case 'r': o.reply_bytes = strtoull(optarg, NULL, 10); break;
		case 'k': o.captures = strtoul(optarg, NULL, 10); break;
		case 's': o.save = optarg; break;
		case 'w': o.hold_ms = strtoul(optarg, NULL, 10); break;
		case 'h': fputs(usage, stdout); exit(0);
		default: wrong("unknown option");
		}
	}
	if (optind != argc - 1)
		wrong("one ROLE expected");
	if (o.moves && !o.to.sin_port)
		wrong("--moves needs --to");
	if (!o.reply_bytes)
		o.reply_bytes = o.bytes;
	return o;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	const char *role = argv[optind];

	if (!strcmp(role, "node") && (o.listen.sin_port || o.control.sin_port))
		return run_node(&o);
	if (!strcmp(role, "peer") && o.connect.sin_port && o.bytes && o.parallel)
		return run_peer(&o);
	if (!strcmp(role, "check") && o.listen.sin_port && o.connect.sin_port)
		return check_tuple(&o);
	wrong("this ROLE needs other options");
}

// SPDX-License-Identifier: GPL-2.0-only
/* cr_receiver: accepts images on the nodes' private wire, from those who know the secret. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include "address.h"
#include "authenticate.h"

#define AUTHENTICATION_S 5
#define RESTARTED_MAX 256

static const char help[] =
	"usage: cr_receiver --listen ADDRESS[:PORT] --secret-file FILE\n"
	"\n"
	"Waits for cr_checkpoint --to and starts a cr_restart for each image. ADDRESS is the private one; the wildcard is\n"
	"refused. FILE holds at least 16 secret bytes and is readable by its owner only. Prints one JSON line when ready.\n"
	"SIGTERM ends it; restarted processes go on.\n";

static volatile sig_atomic_t ending;

static void on_term(int number)
{
	(void)number;
	ending = 1;
}

static void on_child(int number)
{
	(void)number;
}

/* In a child: authenticates, then becomes cr_restart on the connection. */
static void serve(int fd, const struct sockaddr_in *from, const struct secret *secret, const char *secret_file)
{
	struct channel channel = { .fd = fd };
	char program[PATH_MAX], number[16];
	int error;

	stream_deadline(fd, AUTHENTICATION_S);
	error = authenticate_receiver(&channel, secret);
	if (error)
		errx(EXIT_FAILURE, "%s: refused: %s", inet_ntoa(from->sin_addr), strerror(-error));
	beside_program(program, sizeof(program), "cr_restart");
	snprintf(number, sizeof(number), "%d", fd);
	execl(program, "cr_restart", "--stream", number, "--secret-file", secret_file, NULL);
	err(EX_UNAVAILABLE, "%s", program);
}

static void accept_one(int listener, const struct secret *secret, const char *secret_file, const sigset_t *unblocked)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	int fd = accept(listener, (struct sockaddr *)&from, &size);
	pid_t child;

	if (fd < 0)
		return;
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, unblocked, NULL);
		close(listener);
		serve(fd, &from, secret, secret_file);
	}
	if (child < 0)
		warn("fork");
	close(fd);
}

static void watch_signals(sigset_t *unblocked)
{
	struct sigaction term = { .sa_handler = on_term }, child = { .sa_handler = on_child };
	sigset_t blocked;

	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGINT, &term, NULL);
	sigaction(SIGCHLD, &child, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, unblocked);
}

static void run(int listener, const struct secret *secret, const char *secret_file)
{
	int children = 0;
	sigset_t unblocked;

	watch_signals(&unblocked);
	while (!ending) {
		struct pollfd ready = { .fd = listener, .events = children < RESTARTED_MAX ? POLLIN : 0 };

		while (waitpid(-1, NULL, WNOHANG) > 0)
			children--;
		if (ppoll(&ready, 1, NULL, &unblocked) > 0 && (ready.revents & POLLIN)) {
			accept_one(listener, secret, secret_file, &unblocked);
			children++;
		}
	}
}

int main(int count, char **arguments)
{
	static const struct option options[] = { { "listen", required_argument, 0, 'l' },
						 { "secret-file", required_argument, 0, 's' },
						 { "help", no_argument, 0, 'h' },
						 { 0 } };
	const char *where = NULL, *secret_file = NULL;
	static struct secret secret;
	struct sockaddr_in address;
	int option, listener;

	while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == '?')
			return EX_USAGE;
		*(option == 'l' ? &where : &secret_file) = optarg;
	}
	if (!where || !secret_file || optind != count)
		errx(EX_USAGE, "--listen and --secret-file are needed (--help)");
	secret_read(&secret, secret_file);
	address = address_parse(where);
	if (address.sin_addr.s_addr == INADDR_ANY)
		errx(EX_USAGE, "--listen: a private address, not every address");
	listener = address_listen(&address);
	printf("{\"event\":\"receiver\",\"listen\":\"%s\",\"port\":%d}\n", inet_ntoa(address.sin_addr),
	       ntohs(address.sin_port));
	fflush(stdout);
	run(listener, &secret, secret_file);
	return 0;
}

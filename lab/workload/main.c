// SPDX-License-Identifier: GPL-2.0-only
/* The program under migration, and its peer. It knows nothing of migration; docs/workload.md describes it. */
#include "connection.h"
#include "image.h"
#include "monotonic.h"
#include "options.h"
#include "rendezvous.h"
#include "report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static struct session session;

static void stop(int signal)
{
	(void)signal;
	atomic_store(&session.stop, true);
	bell_ring(&session.bell);
}

static int how_of_stop_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return pthread_sigmask(how, &set, NULL);
}

static void catch_stop_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	how_of_stop_signals(SIG_BLOCK);
}

static void allow_many_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Sums up time by small steps, so that a jump of the clock adds at most one of them. */
struct watch {
	uint64_t last_ns, total_ns, step_max_ns;
};

static uint64_t watch_step(struct watch *watch)
{
	uint64_t now_ns = monotonic_ns();
	uint64_t step_ns = now_ns > watch->last_ns ? now_ns - watch->last_ns : 0;

	watch->last_ns = now_ns;
	if (step_ns > watch->step_max_ns)
		step_ns = watch->step_max_ns;
	watch->total_ns += step_ns;
	return step_ns;
}

static void give_up_all(struct report *report)
{
	for (unsigned int i = 0; i < report->options->connections; i++)
		if (atomic_load(&report->connections[i].ending) == ENDING_OPEN)
			connection_give_up(&report->connections[i]);
}

/* Reports until all threads of the connections have ended. */
static void watch_over(const struct options *o, struct report *report)
{
	struct watch watch = { monotonic_ns(), 0, 2 * o->report_ns };
	uint64_t since_report_ns = 0, since_stop_ns = 0;

	for (;;) {
		uint32_t rings = bell_rings(&session.bell);
		uint64_t step_ns = watch_step(&watch);

		if (!atomic_load(&session.running))
			return;
		since_report_ns += step_ns;
		if (since_report_ns >= o->report_ns) {
			report_progress(report);
			since_report_ns = 0;
		}
		if (atomic_load(&session.stop))
			since_stop_ns += step_ns;
		else if (o->duration_ns && watch.total_ns >= o->duration_ns)
			stop(SIGALRM);
		if (since_stop_ns > o->linger_ns)
			give_up_all(report);
		bell_wait(&session.bell, rings, o->report_ns - since_report_ns);
	}
}

static int lacking(const char *what)
{
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	return EXIT_HOST;
}

static int start_all(const struct options *o, struct report *report)
{
	int *fds = calloc(o->connections, sizeof(*fds));
	int listener = rendezvous_listen(o);

	if (listener != RENDEZVOUS_FAILED)
		report_waiting(report);
	if (!fds || listener == RENDEZVOUS_FAILED || !rendezvous(o, listener, &session.stop, fds)) {
		free(fds);
		return EXIT_NOTHING;
	}
	for (unsigned int i = 0; i < o->connections; i++)
		if (!connection_start(&report->connections[i], &session, fds[i]))
			exit(lacking("thread"));
	free(fds);
	return 0;
}

static int run(const struct options *o, struct report *report, struct image *image)
{
	int code = start_all(o, report);

	if (code)
		return code;
	how_of_stop_signals(SIG_UNBLOCK);
	report_start(report);
	watch_over(o, report);
	report_progress(report);
	for (unsigned int i = 0; i < o->connections; i++)
		connection_join(&report->connections[i]);
	image_finish(image);
	return report_end(report);
}

int main(int argc, char **argv)
{
	struct options options = options_parse(argc, argv);
	struct report report;
	struct image image;
	int code;

	catch_stop_signals();
	allow_many_descriptors();
	session.options = &options;
	stream_seed(options.seed);
	if (!report_open(&report, &options))
		return lacking(options.log ? options.log : "log");
	report.image = &image;
	report.connections = calloc(options.connections, sizeof(*report.connections));
	if (!report.connections || !image_start(&image, options.image_bytes, options.seed, options.verify_every_ns,
						&session.bell))
		return lacking("memory");
	code = run(&options, &report, &image);
	free(report.connections);
	return code;
}

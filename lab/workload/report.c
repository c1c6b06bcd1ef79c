// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include "monotonic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const ending_names[ENDING_MAX] = { "open", "eof", "cut", "reset", "timed-out" };

struct totals {
	uint64_t tx, rx, wrong;
	uint64_t missing;             /* bytes, whichever way they differ */
	unsigned int by_ending[ENDING_MAX];
};

static struct totals totals_of(const struct report *r)
{
	struct totals t = { 0 };

	for (unsigned int i = 0; i < r->options->connections; i++) {
		struct connection *c = &r->connections[i];

		t.tx += atomic_load(&c->tx_bytes);
		t.rx += atomic_load(&c->rx_bytes);
		t.wrong += atomic_load(&c->rx_wrong);
		t.missing += (uint64_t)llabs(atomic_load(&c->rx_missing));
		t.by_ending[atomic_load(&c->ending)]++;
	}
	return t;
}

bool report_open(struct report *r, const struct options *options)
{
	*r = (struct report){ .options = options, .fd = STDOUT_FILENO };
	r->last = calloc(options->connections, sizeof(*r->last));
	if (options->log)
		r->fd = open(options->log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	return r->last && r->fd >= 0;
}

static void begin(struct report *r, const char *event)
{
	json_begin(&r->line, event);
	json_u64(&r->line, "t_ns", monotonic_ns());
	json_u64(&r->line, "pid", (uint64_t)getpid());
}

/* Rates are the reader's business; the interval's length is that of this machine's clock and 0 if it went back. */
static void put_interval(struct report *r, uint64_t now_ns, uint64_t tx, uint64_t rx)
{
	json_u64(&r->line, "interval_ns", now_ns > r->last_ns ? now_ns - r->last_ns : 0);
	json_u64(&r->line, "interval_tx", tx);
	json_u64(&r->line, "interval_rx", rx);
}

static void put_tcp(struct report *r, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return;
	json_u64(&r->line, "rtt_us", info.tcpi_rtt);
	json_u64(&r->line, "cwnd", info.tcpi_snd_cwnd);
	json_u64(&r->line, "retransmits", info.tcpi_total_retrans);
}

static void put_tids(struct report *r)
{
	json_open(&r->line, "tids", '[');
	json_u64(&r->line, NULL, (uint64_t)gettid());
	if (r->image->bytes)
		json_s64(&r->line, NULL, atomic_load(&r->image->tid));
	for (unsigned int i = 0; i < r->options->connections; i++) {
		json_s64(&r->line, NULL, atomic_load(&r->connections[i].sender_tid));
		json_s64(&r->line, NULL, atomic_load(&r->connections[i].receiver_tid));
	}
	json_close(&r->line, ']');
}

static void put_image(struct report *r)
{
	json_u64(&r->line, "mem_mb", r->image->bytes / 1000000);
	json_u64(&r->line, "mem_passes", atomic_load(&r->image->passes));
	json_u64(&r->line, "mem_wrong", atomic_load(&r->image->wrong));
}

static enum ending worst(const struct totals *t)
{
	for (int e = ENDING_MAX - 1; e > ENDING_COMPLETE; e--)
		if (t->by_ending[e])
			return (enum ending)e;
	return t->by_ending[ENDING_OPEN] ? ENDING_OPEN : ENDING_COMPLETE;
}

static void progress_of_node(struct report *r, uint64_t now_ns)
{
	struct totals t = totals_of(r);

	begin(r, "workload");
	put_tids(r);
	json_string(&r->line, "role", role_name(r->options->role));
	json_string(&r->line, "state", ending_names[worst(&t)]);
	json_u64(&r->line, "tx_bytes", t.tx);
	json_u64(&r->line, "rx_bytes", t.rx);
	json_u64(&r->line, "rx_wrong", t.wrong);
	put_image(r);
	put_interval(r, now_ns, t.tx - r->last[0].tx, t.rx - r->last[0].rx);
	put_tcp(r, r->connections[0].fd);
	json_end(&r->line, r->fd);
	r->last[0] = (struct volume){ t.tx, t.rx };
}

static void progress_of_peer(struct report *r, uint64_t now_ns, unsigned int i)
{
	struct connection *c = &r->connections[i];
	uint64_t tx = atomic_load(&c->tx_bytes), rx = atomic_load(&c->rx_bytes);

	begin(r, "peer");
	json_u64(&r->line, "conn", i);
	json_u64(&r->line, "tx_bytes", tx);
	json_u64(&r->line, "rx_bytes", rx);
	json_u64(&r->line, "rx_wrong", atomic_load(&c->rx_wrong));
	json_string(&r->line, "state", ending_names[atomic_load(&c->ending)]);
	put_interval(r, now_ns, tx - r->last[i].tx, rx - r->last[i].rx);
	put_tcp(r, c->fd);
	json_end(&r->line, r->fd);
	r->last[i] = (struct volume){ tx, rx };
}

void report_progress(struct report *r)
{
	uint64_t now_ns = monotonic_ns();

	if (!r->options->peer)
		progress_of_node(r, now_ns);
	for (unsigned int i = 0; r->options->peer && i < r->options->connections; i++)
		progress_of_peer(r, now_ns, i);
	r->last_ns = now_ns;
}

static void put_name(struct report *r, const char *key, int fd, int (*name_of)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in name = { 0 };
	socklen_t size = sizeof(name);
	char address[INET_ADDRSTRLEN], text[INET_ADDRSTRLEN + 8];

	name_of(fd, (struct sockaddr *)&name, &size);
	inet_ntop(AF_INET, &name.sin_addr, address, sizeof(address));
	snprintf(text, sizeof(text), "%s:%u", address, ntohs(name.sin_port));
	json_string(&r->line, key, text);
}

void report_waiting(struct report *r)
{
	begin(r, r->options->peer ? "peer-waiting" : "workload-waiting");
	json_end(&r->line, r->fd);
}

void report_start(struct report *r)
{
	begin(r, r->options->peer ? "peer-start" : "workload-start");
	json_string(&r->line, "role", role_name(r->options->role));
	json_u64(&r->line, "connections", r->options->connections);
	put_name(r, "local", r->connections[0].fd, getsockname);
	put_name(r, "remote", r->connections[0].fd, getpeername);
	json_end(&r->line, r->fd);
	r->last_ns = monotonic_ns();
}

static void put_first_wrong(struct report *r)
{
	for (unsigned int i = 0; i < r->options->connections; i++) {
		struct connection *c = &r->connections[i];

		if (!atomic_load(&c->rx_wrong) && !atomic_load(&c->rx_missing))
			continue;
		json_open(&r->line, NULL, '{');
		json_u64(&r->line, "conn", i);
		json_u64(&r->line, "rx_wrong", atomic_load(&c->rx_wrong));
		if (atomic_load(&c->rx_wrong))
			json_u64(&r->line, "first_wrong", atomic_load(&c->rx_first_wrong));
		json_s64(&r->line, "missing", atomic_load(&c->rx_missing));
		json_close(&r->line, '}');
	}
}

static int verdict(const struct report *r, const struct totals *t)
{
	if (t->wrong || t->missing || atomic_load(&r->image->wrong))
		return EXIT_WRONG;
	if (worst(t) != ENDING_COMPLETE)
		return EXIT_LOST;
	/* A trailer alone is no transfer. */
	if ((sends(r->options) && t->tx <= 16 * r->options->connections) ||
	    (receives(r->options) && t->rx <= 16 * r->options->connections))
		return EXIT_NOTHING;
	return 0;
}

int report_end(struct report *r)
{
	struct totals t = totals_of(r);
	int code = verdict(r, &t);

	begin(r, r->options->peer ? "peer-end" : "workload-end");
	json_string(&r->line, "role", role_name(r->options->role));
	json_u64(&r->line, "connections", r->options->connections);
	json_u64(&r->line, "tx_bytes", t.tx);
	json_u64(&r->line, "rx_bytes", t.rx);
	json_u64(&r->line, "rx_wrong", t.wrong);
	json_u64(&r->line, "rx_missing", t.missing);
	put_image(r);
	json_open(&r->line, "endings", '{');
	for (int e = ENDING_COMPLETE; e < ENDING_MAX; e++)
		json_u64(&r->line, ending_names[e], t.by_ending[e]);
	json_close(&r->line, '}');
	json_open(&r->line, "wrong", '[');
	put_first_wrong(r);
	json_close(&r->line, ']');
	json_s64(&r->line, "exit", code);
	json_end(&r->line, r->fd);
	json_release(&r->line);
	free(r->last);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "connection.h"

#include "monotonic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREAD_STACK (256 * 1024)
/* An upper limit on one sleep of the sender: after a jump of the clock it looks again this soon. */
#define SLEEP_MAX_NS PACE_CREDIT_NS

struct trailer {
	uint64_t magic;
	uint64_t total; /* bytes before the trailer */
};

static struct trailer trailer_of(struct stream stream, uint64_t total)
{
	return (struct trailer){ stream_mix(~stream.key), total };
}

static void note_ending(struct connection *c, enum ending ending)
{
	int open = ENDING_OPEN;

	/* The first verdict stands, but an error outranks the end of file that the other thread sees after it. */
	if (!atomic_compare_exchange_strong(&c->ending, &open, ending) && ending >= ENDING_RESET &&
	    open < ENDING_RESET)
		atomic_store(&c->ending, ending);
	atomic_store(&c->heard_end, true);
	bell_ring(&c->session->bell);
}

static enum ending ending_of(int error)
{
	return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH ? ENDING_TIMED_OUT : ENDING_RESET;
}

static bool must_end(struct connection *c)
{
	return atomic_load(&c->session->stop) || atomic_load(&c->heard_end);
}

static bool send_all(struct connection *c, const void *data, size_t length)
{
	const char *next = data;

	while (length) {
		ssize_t sent = send(c->fd, next, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			note_ending(c, ending_of(errno));
			return false;
		}
		next += sent;
		length -= (size_t)sent;
		atomic_fetch_add(&c->tx_bytes, (uint64_t)sent);
	}
	return true;
}

static void sleep_at_most(struct connection *c, uint32_t rings, uint64_t ns)
{
	if (!must_end(c))
		bell_wait(&c->session->bell, rings, ns);
}

/* Sends the stream until told to end; false when the connection broke. */
static bool send_stream(struct connection *c, uint8_t *buffer)
{
	const struct options *o = c->session->options;
	struct pace pace;

	pace_start(&pace, o->rate / o->connections, o->chunk, monotonic_ns());
	while (!must_end(c)) {
		uint32_t rings = bell_rings(&c->session->bell);
		uint64_t wait_ns = pace_wait_ns(&pace, monotonic_ns());

		atomic_store(&c->sender_tid, (int)syscall(SYS_gettid));
		if (wait_ns) {
			sleep_at_most(c, rings, wait_ns < SLEEP_MAX_NS ? wait_ns : SLEEP_MAX_NS);
			continue;
		}
		stream_fill(c->tx, atomic_load(&c->tx_bytes), buffer, pace.quantum);
		if (!send_all(c, buffer, pace.quantum))
			return false;
		pace_spend(&pace, pace.quantum);
	}
	return true;
}

static void wait_for_end(struct connection *c)
{
	while (!must_end(c))
		sleep_at_most(c, bell_rings(&c->session->bell), BELL_FOREVER);
}

static void *sender(void *argument)
{
	struct connection *c = argument;
	uint8_t *buffer = malloc(c->session->options->chunk);

	atomic_store(&c->sender_tid, (int)syscall(SYS_gettid));
	if (!buffer) {
		note_ending(c, ENDING_RESET);
	} else if (!sends(c->session->options)) {
		wait_for_end(c);
	} else if (send_stream(c, buffer)) {
		struct trailer trailer = trailer_of(c->tx, atomic_load(&c->tx_bytes));

		send_all(c, &trailer, sizeof(trailer));
	}
	shutdown(c->fd, buffer ? SHUT_WR : SHUT_RDWR);
	free(buffer);
	atomic_fetch_sub(&c->session->running, 1);
	bell_ring(&c->session->bell);
	return NULL;
}

static void count_wrong(struct connection *c, struct stream_verdict verdict)
{
	if (!verdict.wrong)
		return;
	if (!atomic_fetch_add(&c->rx_wrong, verdict.wrong))
		atomic_store(&c->rx_first_wrong, verdict.first_wrong);
}

/* What was received but not yet checked: it may turn out to be the trailer. */
struct intake {
	uint8_t *buffer;
	size_t held;
	uint64_t checked;
};

static void check(struct connection *c, struct intake *in, size_t length)
{
	count_wrong(c, stream_check(c->rx, in->checked, in->buffer, length));
	in->checked += length;
	in->held -= length;
	memmove(in->buffer, in->buffer + length, in->held);
}

/* Bytes of a direction that is not in use are all wrong. */
static void take(struct connection *c, struct intake *in, size_t received)
{
	atomic_fetch_add(&c->rx_bytes, received);
	if (!receives(c->session->options)) {
		count_wrong(c, (struct stream_verdict){ received, 0 });
		return;
	}
	in->held += received;
	if (in->held > sizeof(struct trailer))
		check(c, in, in->held - sizeof(struct trailer));
}

static enum ending judge_end(struct connection *c, struct intake *in)
{
	struct trailer trailer = { 0 };

	if (!receives(c->session->options))
		return ENDING_COMPLETE;
	memcpy(&trailer, in->buffer, in->held);
	if (in->held == sizeof(trailer) && trailer.magic == trailer_of(c->rx, 0).magic) {
		atomic_store(&c->rx_missing, (int64_t)(trailer.total - in->checked));
		return ENDING_COMPLETE;
	}
	check(c, in, in->held);
	return ENDING_CUT;
}

static enum ending receive_stream(struct connection *c, struct intake *in)
{
	for (;;) {
		ssize_t received = recv(c->fd, in->buffer + in->held, c->session->options->chunk, 0);

		atomic_store(&c->receiver_tid, (int)syscall(SYS_gettid));
		if (received > 0)
			take(c, in, (size_t)received);
		else if (!received)
			return judge_end(c, in);
		else if (errno != EINTR)
			return ending_of(errno);
	}
}

static void *receiver(void *argument)
{
	struct connection *c = argument;
	struct intake in = { .buffer = malloc(c->session->options->chunk + sizeof(struct trailer)) };

	atomic_store(&c->receiver_tid, (int)syscall(SYS_gettid));
	note_ending(c, in.buffer ? receive_stream(c, &in) : ENDING_RESET);
	free(in.buffer);
	atomic_fetch_sub(&c->session->running, 1);
	bell_ring(&c->session->bell);
	return NULL;
}

/* The port of the side that connected names the connection in both programs. */
static uint16_t naming_port(const struct options *o, int fd)
{
	struct sockaddr_in name = { 0 };
	socklen_t size = sizeof(name);

	if (o->listen)
		getpeername(fd, (struct sockaddr *)&name, &size);
	else
		getsockname(fd, (struct sockaddr *)&name, &size);
	return ntohs(name.sin_port);
}

bool connection_start(struct connection *c, struct session *session, int fd)
{
	const struct options *o = session->options;
	uint16_t port = naming_port(o, fd);
	pthread_attr_t attributes;

	c->session = session;
	c->fd = fd;
	c->tx = stream_named(o->seed, o->peer ? STREAM_PEER_TO_NODE : STREAM_NODE_TO_PEER, port);
	c->rx = stream_named(o->seed, o->peer ? STREAM_NODE_TO_PEER : STREAM_PEER_TO_NODE, port);
	atomic_store(&c->rx_first_wrong, STREAM_ALL_RIGHT);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	atomic_fetch_add(&session->running, 2);
	errno = pthread_create(&c->receiver, &attributes, receiver, c);
	if (!errno)
		errno = pthread_create(&c->sender, &attributes, sender, c);
	pthread_attr_destroy(&attributes);
	return !errno;
}

void connection_join(struct connection *c)
{
	pthread_join(c->sender, NULL);
	pthread_join(c->receiver, NULL);
	close(c->fd);
}

void connection_give_up(struct connection *c)
{
	note_ending(c, ENDING_TIMED_OUT);
	shutdown(c->fd, SHUT_RDWR);
}

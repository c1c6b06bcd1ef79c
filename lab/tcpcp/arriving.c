// SPDX-License-Identifier: GPL-2.0-only
/* Connections of another server's, which go on here. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include "cargo.h"
#include "say.h"
#include "server.h"

/* A connection that is to come, and its thread, which is made before there is no way back. */
struct arriving {
	struct connection *connection;
	sem_t go;
};

/* Those of one hand-over. */
struct arrivals {
	struct server *server;
	unsigned int count;
	struct arriving **of;
};

static void *serve_arrived(void *argument)
{
	struct arriving *a = argument;
	struct connection *c = a->connection;

	while (sem_wait(&a->go))
		;
	sem_destroy(&a->go);
	free(a);
	if (c->fd < 0)
		connection_free(c);
	else
		connection_serve(c);
	return NULL;
}

static struct arriving *arriving_new(struct server *server, const struct cargo *cargo, const struct tcpmig_tuple *tuple)
{
	struct arriving *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->connection = connection_new(server);
	if (!a->connection) {
		free(a);
		return NULL;
	}
	cargo_unpack(cargo, &a->connection->stream);
	tcpmig_end_text(tuple->raddr, tuple->rport, a->connection->peer);
	sem_init(&a->go, 0, 0);
	if (thread_start(serve_arrived, a))
		return a;
	connection_free(a->connection);
	sem_destroy(&a->go);
	free(a);
	return NULL;
}

static int admit(const struct tcpmig_arrival *arrival, void *context)
{
	const struct cargo *cargo = arrival->application;
	struct arrivals *all = context;

	if (arrival->application_size != arrival->count * sizeof(*cargo))
		return -EBADMSG;
	for (unsigned int i = 0; i < arrival->count; i++)
		if (arrival->fds[i] < 0 || !cargo_is_right(&cargo[i]))
			return -EBADMSG;
	all->of = calloc(arrival->count, sizeof(*all->of));
	for (; all->of && all->count < arrival->count; all->count++) {
		all->of[all->count] = arriving_new(all->server, &cargo[all->count], &arrival->tuples[all->count]);
		if (!all->of[all->count])
			return -EAGAIN;
	}
	return all->of ? 0 : -ENOMEM;
}

static void welcome(struct connection *c, const struct tcpmig_arrival *arrival, unsigned int index)
{
	const struct tcpmig_status *st = &arrival->statuses[index];

	c->fd = arrival->fds[index];
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	say("arrived",
	    "\"peer\":\"%s\",\"served\":%llu,\"received\":%llu,\"passes\":%u,\"with\":%u,\"state_bytes\":%llu,\"captured\":%u,"
	    "\"reinjected\":%u,\"dropped\":%u",
	    c->peer, (unsigned long long)c->stream.sent, (unsigned long long)c->stream.received, c->stream.passes,
	    arrival->count, (unsigned long long)arrival->state_bytes, st->captured, st->reinjected, st->dropped);
	stream_begin(&c->stream);
}

/* 1: more may follow on the stream. */
static int take_some(struct server *server, int stream)
{
	struct arrivals all = { .server = server };
	struct tcpmig_arrival arrival;
	struct tcpmig_reception reception = {
		.ledger = server->ledger, .connections = TOGETHER_MAX, .state_bytes = UINT64_MAX,
		.application_bytes = TOGETHER_MAX * sizeof(struct cargo), .timeout_ms = server->settings->timeout_ms,
		.admit = admit, .context = &all,
	};
	int result = tcpmig_receive(&reception, stream, &arrival);

	if (result < 0)
		say("not-taken", "\"reason\":\"%s\"", reception.trouble.text);
	for (unsigned int i = 0; i < all.count; i++) {
		if (result == 1)
			welcome(all.of[i]->connection, &arrival, i);
		sem_post(&all.of[i]->go);
	}
	tcpmig_arrival_free(&arrival);
	free(all.of);
	return result;
}

void *take_over(void *argument)
{
	struct incoming incoming = *(struct incoming *)argument;

	free(argument);
	while (take_some(incoming.server, incoming.stream) == 1)
		;
	close(incoming.stream);
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The origin's side of the connections (paper 4.1): the last thing the leader writes. */
#include <linux/fcntl.h>
#include "process.h"
#include "text.h"

static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;

static int refuse_connection(const char *step, uint32_t refusal, long error)
{
	if (error == -EOPNOTSUPP && refusal < __TCPMIG_REFUSAL_MAX)
		return refuse("connection", refusal_names[refusal]);
	return refuse_error("connection", step, error);
}

static int attach(struct connection *connection, int fd)
{
	struct tcpmig_attach attach = { .fd = fd };
	long error;

	connection->fd = fd;
	connection->session = SYS(open, TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (connection->session < 0)
		return refuse_error("connection", TCPMIG_DEVICE, connection->session);
	error = SYS(ioctl, connection->session, TCPMIG_IOC_ATTACH, &attach);
	if (error)
		return refuse_connection("attach", attach.refusal, error);
	connection->tuple = attach.tuple;
	return 0;
}

/* Before the memory is sent, so that the image already knows its connections. */
int attach_connections(void)
{
	struct connection *connection;

	if (process.connection_count > CR_CONNECTIONS_MAX)
		return refuse("connection", "more than this library can carry");
	process.connections = arena_take(&process.arena, (process.connection_count + 1) * sizeof(*connection));
	if (!process.connections)
		return refuse("connection", "no memory");
	connection = process.connections;
	for (uint32_t i = 0; i < process.connection_count; i++)
		connection[i].session = -1;
	for (uint32_t i = 0; i < process.descriptor_count; i++) {
		struct descriptor *descriptor = &process.descriptors[i];

		if (descriptor->kind != FD_CONNECTION)
			continue;
		descriptor->connection = connection;
		if (attach(connection++, descriptor->fd))
			return -1;
	}
	return 0;
}

/* All captures are on before the first connection stops (paper 4.1, steps 1 and 2): one round trip for all. */
static int request_captures(void)
{
	uint32_t count = process.connection_count;
	struct tcpmig_tuple *tuples = arena_take(&process.arena, (count + 1) * sizeof(*tuples));
	int error;

	if (!tuples)
		return refuse("connection", "no memory");
	for (uint32_t i = 0; i < count; i++)
		tuples[i] = process.connections[i].tuple;
	error = channel_put(&process.stream, CR_CAPTURE, count, tuples, count * sizeof(*tuples));
	return error ? refuse_error("stream", "capture", error) : await_answer(CR_CAPTURED, "captured");
}

/* The buffer starts small: how much a connection holds is known only once it is frozen. */
static int read_frozen(struct connection *connection, struct tcpmig_buffer *buffer)
{
	long error;

	buffer->size = 256 << 10;
	for (;;) {
		if (buffer->size > arena_left(&process.arena))
			return refuse("connection", "its queues are too large");
		buffer->addr = (uint64_t)process.arena.start + process.arena.used;
		error = SYS(ioctl, connection->session, TCPMIG_IOC_GET, buffer);
		if (error != -EMSGSIZE)
			return error ? refuse_connection("get", buffer->refusal, error) : 0;
	}
}

/* Paper 4.1, steps 3 to 5. */
int send_connection(struct connection *connection)
{
	struct tcpmig_buffer buffer = { 0 };
	long error = SYS(ioctl, connection->session, TCPMIG_IOC_FREEZE);

	if (error)
		return refuse_error("connection", "freeze", error);
	if (!process.report.sockets_ns)
		process.report.sockets_ns = now_ns();
	if (read_frozen(connection, &buffer))
		return -1;
	error = channel_put(&process.stream, CR_CONNECTION, 1, (void *)buffer.addr, buffer.size);
	return error ? refuse_error("stream", "connection", error) : 0;
}

int send_connections(void)
{
	if (process.connection_count && request_captures())
		return -1;
	for (uint32_t i = 0; i < process.connection_count; i++)
		if (send_connection(&process.connections[i]))
			return -1;
	return any_listens() ? send_waiting() : 0;
}

/* From here on the end of this process can no longer disturb a connection that may be the destination's. */
static int hold(struct connection *connection, struct tcpmig_status *status)
{
	long error = SYS(ioctl, connection->session, TCPMIG_IOC_STATUS, status);

	if (error || !status->freeze_ns)
		return refuse_error("connection", "not frozen any more", error);
	error = SYS(ioctl, connection->session, TCPMIG_IOC_HOLD);
	return error ? refuse_error("connection", "hold", error) : 0;
}

int hold_connections(void)
{
	struct tcpmig_status status;

	for (uint32_t i = 0; i < process.waiting_count; i++)
		if (hold(&process.waiting[i], &status))
			return -1;
	for (uint32_t i = 0; i < process.connection_count; i++)
		if (hold(&process.connections[i], &process.statuses[i]))
			return -1;
	return 0;
}

/* A listening socket ends when nothing waits in its queue. */
void commit_connections(void)
{
	for (uint32_t i = 0; i < process.waiting_count; i++)
		SYS(ioctl, process.waiting[i].session, TCPMIG_IOC_COMMIT);
	for (uint32_t i = 0; i < process.connection_count; i++)
		SYS(ioctl, process.connections[i].session, TCPMIG_IOC_COMMIT);
}

static void abort_all(struct connection *connections, uint32_t count)
{
	for (uint32_t i = 0; connections && i < count; i++) {
		int session = connections[i].session;

		if (session < 0)
			continue;
		SYS(ioctl, session, TCPMIG_IOC_ABORT); /* Closing one that is held would end the connection. */
		SYS(close, session);
	}
}

void abort_connections(void)
{
	abort_all(process.waiting, process.waiting_count);
	abort_all(process.connections, process.connection_count);
}

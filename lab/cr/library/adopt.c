// SPDX-License-Identifier: GPL-2.0-only
/* The destination's side of the connections (paper 4.2). */
#include <linux/fcntl.h>
#include "process.h"

static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;

int capture_connection(struct connection *connection)
{
	struct tcpmig_capture capture = { .tuple = connection->tuple };
	long error;

	connection->session = SYS(open, TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (connection->session < 0)
		return refuse_error("connection", TCPMIG_DEVICE, connection->session);
	error = SYS(ioctl, connection->session, TCPMIG_IOC_CAPTURE, &capture);
	if (error && capture.refusal && capture.refusal < __TCPMIG_REFUSAL_MAX)
		return refuse("connection", refusal_names[capture.refusal]);
	return error ? refuse_error("connection", "capture", error) : 0;
}

static int capture_all(void)
{
	uint32_t count = process.connection_count;
	struct tcpmig_tuple *tuples = arena_take(&process.arena, count * sizeof(*tuples));
	struct cr_record record;
	int error = channel_expect(&process.stream, CR_CAPTURE, &record);

	if (!error && (record.count != count || record.size != count * sizeof(*tuples)))
		error = -EPROTO;
	if (!error)
		error = channel_get(&process.stream, tuples, record.size);
	if (error)
		return refuse_error("stream", "capture", error);
	for (uint32_t i = 0; i < count; i++) {
		process.connections[i].tuple = tuples[i];
		if (capture_connection(&process.connections[i]))
			return -1;
	}
	fault_at("destination-captured");
	error = channel_put(&process.stream, CR_CAPTURED, 0, NULL, 0);
	return error ? refuse_error("stream", "captured", error) : 0;
}

int receive_connection(struct connection *connection)
{
	struct tcpmig_buffer buffer = { .fd = -1 };
	struct cr_record record;
	long error = channel_expect(&process.stream, CR_CONNECTION, &record);
	void *state = NULL;

	if (!error && (record.size > TCPMIG_STATE_MAX || record.size > arena_left(&process.arena)))
		error = -EMSGSIZE;
	if (!error) {
		state = process.arena.start + process.arena.used;
		error = channel_get(&process.stream, state, record.size);
	}
	if (error)
		return refuse_error("stream", "connection", error);
	buffer.addr = (uint64_t)state;
	buffer.size = record.size;
	error = SYS(ioctl, connection->session, TCPMIG_IOC_SET, &buffer);
	if (error && buffer.refusal && buffer.refusal < __TCPMIG_REFUSAL_MAX)
		return refuse("connection", refusal_names[buffer.refusal]);
	if (error)
		return refuse_error("connection", "set", error);
	connection->socket = buffer.fd;
	return 0;
}

/* The socket gets its number; the module made it close-on-exec and blocking. */
static int place_connection(struct descriptor *descriptor)
{
	struct connection *connection = descriptor->connection;
	long error = SYS(dup3, connection->socket, descriptor->fd, O_CLOEXEC);

	if (error < 0)
		return refuse_error("connection", "dup", error);
	SYS(close, connection->socket);
	SYS(fcntl, descriptor->fd, F_SETFD, descriptor->close_on_exec ? FD_CLOEXEC : 0);
	SYS(fcntl, descriptor->fd, F_SETFL, descriptor->flags & ~O_ACCMODE);
	return 0;
}

/* Sockets and sessions get numbers above the process's own: those below may be free now and taken a moment later. */
static int out_of_the_way(int fd)
{
	long moved = SYS(fcntl, fd, F_DUPFD_CLOEXEC, process.descriptor_top + 1);

	SYS(close, fd);
	return (int)moved;
}

static int move_out_of_the_way(struct connection *connection)
{
	connection->session = out_of_the_way(connection->session);
	connection->socket = out_of_the_way(connection->socket);
	if (connection->session < 0 || connection->socket < 0)
		return refuse("connection", "no descriptor left");
	return 0;
}

int receive_connections(void)
{
	if (process.connection_count && capture_all())
		return -1;
	for (uint32_t i = 0; i < process.connection_count; i++)
		if (receive_connection(&process.connections[i]) || move_out_of_the_way(&process.connections[i]))
			return -1;
	for (uint32_t i = 0; i < process.descriptor_count; i++)
		if (process.descriptors[i].kind == FD_CONNECTION && place_connection(&process.descriptors[i]))
			return -1;
	return any_listens() ? receive_waiting() : 0;
}

/* Paper 4.2, steps 6 and 7. Nothing may fail any more: the origin has let go. What waits to be accepted comes before what
 * arrives once its listening socket is active. */
int activate_connections(struct tcpmig_status *statuses)
{
	int failed = 0;

	for (uint32_t i = 0; i < process.waiting_count; i++) {
		if (SYS(ioctl, process.waiting[i].session, TCPMIG_IOC_ACTIVATE))
			failed++;
		SYS(close, process.waiting[i].session);
	}
	for (uint32_t i = 0; i < process.connection_count; i++) {
		int session = process.connections[i].session;

		if (SYS(ioctl, session, TCPMIG_IOC_ACTIVATE))
			failed++;
		SYS(ioctl, session, TCPMIG_IOC_STATUS, &statuses[i]);
		SYS(close, session);
	}
	return failed;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections in the accept queues of the process's listening sockets. They have no descriptor, and how many they are is
 * known only when the listening sockets are frozen: so they travel behind all others, with a list of their own.
 */
#include <linux/fcntl.h>
#include "process.h"

/* More than any backlog that a program would ask for. */
#define WAITING_MAX 65536

static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;

int any_listens(void)
{
	for (uint32_t i = 0; i < process.connection_count; i++)
		if (!process.connections[i].tuple.rport)
			return 1;
	return 0;
}

/* 1: there is none of this number. */
static int attach(struct connection *waiting, int listener, uint32_t index)
{
	struct tcpmig_waiting which = { .fd = listener, .index = index };
	long error;

	waiting->fd = listener;
	waiting->socket = -1;
	waiting->session = SYS(open, TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (waiting->session < 0)
		return refuse_error("connection", TCPMIG_DEVICE, waiting->session);
	error = SYS(ioctl, waiting->session, TCPMIG_IOC_WAITING, &which);
	waiting->tuple = which.tuple;
	if (!error)
		return 0;
	SYS(close, waiting->session);
	if (error == -ENOENT)
		return 1;
	if (error == -EOPNOTSUPP && which.refusal < __TCPMIG_REFUSAL_MAX)
		return refuse("connection", refusal_names[which.refusal]);
	return refuse_error("connection", "not accepted", error);
}

static int attach_all(int listener)
{
	int end = 0;

	for (uint32_t index = 0; !end; index++) {
		if (process.waiting_count == WAITING_MAX)
			return refuse("connection", "too many that nobody has accepted");
		end = attach(&process.waiting[process.waiting_count], listener, index);
		process.waiting_count += !end;
	}
	return end < 0 ? -1 : 0;
}

static int request_captures(void)
{
	uint32_t count = process.waiting_count;
	struct cr_waiting *list = arena_take(&process.arena, (count + 1) * sizeof(*list));
	int error;

	if (!list)
		return refuse("connection", "no memory");
	for (uint32_t i = 0; i < count; i++)
		list[i] = (struct cr_waiting){ .listener = process.waiting[i].fd, .tuple = process.waiting[i].tuple };
	error = channel_put(&process.stream, CR_WAITING, count, list, count * sizeof(*list));
	return error ? refuse_error("stream", "waiting", error) : await_answer(CR_CAPTURED, "captured");
}

int send_waiting(void)
{
	process.waiting = arena_take(&process.arena, WAITING_MAX * sizeof(*process.waiting));
	if (!process.waiting)
		return refuse("connection", "no memory");
	for (uint32_t i = 0; i < process.connection_count; i++)
		if (!process.connections[i].tuple.rport && attach_all(process.connections[i].fd))
			return -1;
	if (request_captures())
		return -1;
	for (uint32_t i = 0; i < process.waiting_count; i++)
		if (send_connection(&process.waiting[i]))
			return -1;
	return 0;
}

/* Above the process's own numbers, like all sessions. */
static int out_of_the_way(struct connection *waiting)
{
	long session = SYS(fcntl, waiting->session, F_DUPFD_CLOEXEC, process.descriptor_top + 1);

	SYS(close, waiting->session);
	waiting->session = (int)session;
	return session < 0 ? refuse("connection", "no descriptor left") : 0;
}

static int receive_list(void)
{
	struct cr_waiting *list = NULL;
	struct cr_record record;
	int error = channel_expect(&process.stream, CR_WAITING, &record);

	if (!error && (record.count > WAITING_MAX || record.size != record.count * sizeof(*list)))
		error = -EPROTO;
	if (error)
		return refuse_error("stream", "waiting", error);
	process.waiting_count = record.count;
	list = arena_take(&process.arena, record.size + 1);
	process.waiting = arena_take(&process.arena, (record.count + 1) * sizeof(*process.waiting));
	if (!list || !process.waiting)
		return refuse("connection", "no memory");
	error = channel_get(&process.stream, list, record.size);
	if (error)
		return refuse_error("stream", "waiting", error);
	for (uint32_t i = 0; i < record.count; i++)
		process.waiting[i] = (struct connection){ .fd = list[i].listener, .session = -1, .socket = -1,
							  .tuple = list[i].tuple };
	return 0;
}

static int capture_all(void)
{
	int error;

	for (uint32_t i = 0; i < process.waiting_count; i++)
		if (capture_connection(&process.waiting[i]) || out_of_the_way(&process.waiting[i]))
			return -1;
	error = channel_put(&process.stream, CR_CAPTURED, 0, NULL, 0);
	return error ? refuse_error("stream", "captured", error) : 0;
}

static int receive(struct connection *waiting)
{
	long error;

	if (receive_connection(waiting))
		return -1;
	error = SYS(ioctl, waiting->session, TCPMIG_IOC_QUEUE, &waiting->fd);
	return error ? refuse_error("connection", "accept queue", error) : 0;
}

int receive_waiting(void)
{
	if (receive_list() || capture_all())
		return -1;
	for (uint32_t i = 0; i < process.waiting_count; i++)
		if (receive(&process.waiting[i]))
			return -1;
	return 0;
}

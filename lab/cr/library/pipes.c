// SPDX-License-Identifier: GPL-2.0-only
/* Pipes within the process, with what is in them; pipes to other processes have been refused before. */
#include <linux/fcntl.h>
#include "process.h"

#define SPLICE_F_NONBLOCK 2

static struct pipe *find_pipe(uint64_t inode)
{
	struct pipe *pipe = process.pipes;

	while (pipe && pipe->inode != inode)
		pipe = pipe->next;
	return pipe;
}

/* tee() copies without taking anything out, so an abort finds the pipe as it was. */
static int copy_contents(struct pipe *pipe, int fd)
{
	int copy[2];
	long size;

	if (SYS(pipe2, copy, O_CLOEXEC))
		return refuse("descriptor", "no number left for a pipe's copy");
	SYS(fcntl, copy[1], F_SETPIPE_SZ, pipe->capacity);
	size = SYS(tee, fd, copy[1], pipe->capacity, SPLICE_F_NONBLOCK);
	if (size > 0) {
		pipe->contents = arena_take(&process.arena, size);
		pipe->size = pipe->contents ? SYS(read, copy[0], pipe->contents, size) : 0;
	}
	SYS(close, copy[0]);
	SYS(close, copy[1]);
	if (size > 0 && pipe->size != size)
		return refuse("descriptor", "a pipe's contents could not be copied");
	return 0;
}

static int collect_pipe(struct descriptor *descriptor)
{
	struct pipe *pipe = find_pipe(descriptor->inode);

	if (!pipe) {
		pipe = arena_take(&process.arena, sizeof(*pipe));
		if (!pipe)
			return refuse("descriptor", "too many pipes");
		pipe->inode = descriptor->inode;
		pipe->capacity = SYS(fcntl, descriptor->fd, F_GETPIPE_SZ);
		pipe->next = process.pipes;
		process.pipes = pipe;
	}
	descriptor->pipe = pipe;
	return descriptor->kind == FD_PIPE_READ && !pipe->contents ? copy_contents(pipe, descriptor->fd) : 0;
}

int collect_pipes(void)
{
	for (uint32_t i = 0; i < process.descriptor_count; i++) {
		struct descriptor *descriptor = &process.descriptors[i];

		if ((descriptor->kind == FD_PIPE_READ || descriptor->kind == FD_PIPE_WRITE) && collect_pipe(descriptor))
			return -1;
	}
	return 0;
}

/* The numbers above the table: ends are opened there, moved to their places later. */
int reopen_pipes(void)
{
	for (struct pipe *pipe = process.pipes; pipe; pipe = pipe->next) {
		int made[2], top = process.descriptor_top + 1;
		long error = SYS(pipe2, made, O_CLOEXEC);

		if (error)
			return refuse_error("descriptor", "pipe", error);
		for (int end = 0; end < 2; end++) {
			pipe->ends[end] = SYS(fcntl, made[end], F_DUPFD_CLOEXEC, top);
			SYS(close, made[end]);
			if (pipe->ends[end] < 0)
				return refuse_error("descriptor", "pipe", pipe->ends[end]);
		}
		SYS(fcntl, pipe->ends[1], F_SETPIPE_SZ, pipe->capacity);
		if (pipe->size && SYS(write, pipe->ends[1], pipe->contents, pipe->size) != pipe->size)
			return refuse("descriptor", "a pipe's contents could not be written");
	}
	return 0;
}

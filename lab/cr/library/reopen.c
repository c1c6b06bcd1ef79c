// SPDX-License-Identifier: GPL-2.0-only
/* The descriptor table at the destination (paper 2.2, step 4). Connections come last, in adopt.c. */
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "process.h"
#include "text.h"

#define SEEK_SET 0
#define CREATION_FLAGS (O_CREAT | O_EXCL | O_TRUNC)

static int reopen_file(const struct descriptor *descriptor)
{
	int flags = (descriptor->flags & ~CREATION_FLAGS) | O_CLOEXEC | O_NOCTTY;
	int fd = SYS(open, descriptor->path, flags);

	/* what a program only writes (a log) need not exist here yet */
	if (fd == -ENOENT && (flags & O_ACCMODE) == O_WRONLY && S_ISREG(descriptor->mode))
		fd = SYS(open, descriptor->path, flags | O_CREAT, descriptor->mode & 07777);
	if (fd >= 0 && !S_ISCHR(descriptor->mode) && SYS(lseek, fd, descriptor->position, SEEK_SET) < 0)
		return refuse("descriptor", descriptor->path);
	return fd;
}

static int reopen_event(const struct descriptor *descriptor)
{
	const char *count = text_find(descriptor->info, "eventfd-count:");
	const char *semaphore = text_find(descriptor->info, "eventfd-semaphore:");
	uint64_t value = count ? text_hex(&count) : 0;
	int fd = SYS(eventfd2, 0, 02000000 | (semaphore && *semaphore == '1'));

	if (fd >= 0 && value && SYS(write, fd, &value, sizeof(value)) != sizeof(value))
		return -EIO;
	return fd;
}

static void read_pair(const char *info, const char *key, struct __kernel_timespec *time)
{
	const char *at = text_find(info, key);

	if (!at)
		return;
	at++; /* ( */
	time->tv_sec = text_decimal(&at);
	at++; /* , */
	text_skip_spaces(&at);
	time->tv_nsec = text_decimal(&at);
}

/* The time left is relative on every clock; expirations not yet read are put back through the ioctl. */
static int reopen_timer(const struct descriptor *descriptor)
{
	const char *clock = text_find(descriptor->info, "clockid:");
	const char *ticks = text_find(descriptor->info, "ticks:");
	uint64_t expired = ticks ? text_decimal(&ticks) : 0;
	struct __kernel_itimerspec left = { 0 };
	int fd = clock ? SYS(timerfd_create, text_decimal(&clock), 02000000) : -EINVAL;

	if (fd < 0)
		return fd;
	read_pair(descriptor->info, "it_value:", &left.it_value);
	read_pair(descriptor->info, "it_interval:", &left.it_interval);
	/* an expired interval timer stands still until it is read; its next period begins here */
	if (expired && !left.it_value.tv_sec && !left.it_value.tv_nsec)
		left.it_value = left.it_interval;
	SYS(timerfd_settime, fd, 0, &left, 0);
	if (expired && SYS(ioctl, fd, _IOW('T', 0, uint64_t) /* TFD_IOC_SET_TICKS */, &expired))
		return -EIO;
	return fd;
}

static int reopen(struct descriptor *descriptor)
{
	switch (descriptor->kind) {
	case FD_FILE: return reopen_file(descriptor);
	case FD_PIPE_READ: return SYS(fcntl, descriptor->pipe->ends[0], F_DUPFD_CLOEXEC, 0);
	case FD_PIPE_WRITE: return SYS(fcntl, descriptor->pipe->ends[1], F_DUPFD_CLOEXEC, 0);
	case FD_EVENT: return reopen_event(descriptor);
	case FD_TIMER: return reopen_timer(descriptor);
	case FD_EPOLL: return SYS(epoll_create1, 02000000);
	}
	return -EINVAL;
}

static int place(struct descriptor *descriptor)
{
	int fd = descriptor->kind == FD_DUPLICATE ? descriptor->duplicate_of : reopen(descriptor);
	long error = fd;

	if (fd >= 0 && fd != descriptor->fd)
		error = SYS(dup3, fd, descriptor->fd, O_CLOEXEC);
	if (error < 0)
		return refuse_error("descriptor", descriptor->path, error);
	if (descriptor->kind != FD_DUPLICATE && fd != descriptor->fd)
		SYS(close, fd);
	SYS(fcntl, descriptor->fd, F_SETFD, descriptor->close_on_exec ? FD_CLOEXEC : 0);
	if (descriptor->kind != FD_DUPLICATE)
		SYS(fcntl, descriptor->fd, F_SETFL, descriptor->flags & ~O_ACCMODE);
	return 0;
}

/* Watches name other descriptors: "tfd: 5 events: 19 data: ..." */
static int watch_again(struct descriptor *descriptor)
{
	const char *at = descriptor->info;

	do {
		struct epoll_event event;
		const char *key;
		int target;
		long error;

		if (!starts_with(at, "tfd:"))
			continue;
		at += 4;
		text_skip_spaces(&at);
		target = (int)text_decimal(&at);
		key = text_find(at + 1, "events:");
		at = key ? key : at;
		event.events = (uint32_t)text_hex(&at);
		text_skip_spaces(&at);
		text_skip_word(&at); /* data: */
		event.data = text_hex(&at);
		error = SYS(epoll_ctl, descriptor->fd, EPOLL_CTL_ADD, target, &event);
		if (error)
			return refuse_error("descriptor", "epoll watch", error);
	} while (text_next_line(&at));
	return 0;
}

static int each(int (*work)(struct descriptor *), int kinds)
{
	int error = 0;

	for (uint32_t i = 0; i < process.descriptor_count && !error; i++)
		if (kinds & 1 << process.descriptors[i].kind)
			error = work(&process.descriptors[i]);
	return error;
}

/* Opening takes the lowest free number, which may be one that another descriptor gets later: the table fills from
 * below, so a number still to come is never occupied by anything but what was opened for it or for a lower one. */
int reopen_descriptors(void)
{
	if (reopen_pipes())
		return -1;
	if (each(place, ~(1 << FD_CONNECTION | 1 << FD_DUPLICATE)))
		return -1;
	for (struct pipe *pipe = process.pipes; pipe; pipe = pipe->next)
		for (int end = 0; end < 2; end++)
			SYS(close, pipe->ends[end]);
	return 0;
}

int finish_descriptors(void)
{
	return each(place, 1 << FD_DUPLICATE) || each(watch_again, 1 << FD_EPOLL);
}

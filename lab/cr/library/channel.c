// SPDX-License-Identifier: GPL-2.0-only
#include <linux/uio.h>
#include "channel.h"
#include "sockets.h"

typedef long (*transfer)(int fd, struct iovec *vector, unsigned int count);

/* A closed stream must not leave a SIGPIPE behind in the program; a file or pipe cannot be sent to. */
static long transfer_out(int fd, struct iovec *vector, unsigned int count)
{
	struct kernel_msghdr message = { .iov = vector, .count = count };
	long sent = SYS(sendmsg, fd, &message, MSG_NOSIGNAL);

	return sent == -ENOTSOCK ? SYS(writev, fd, vector, count) : sent;
}

static long transfer_in(int fd, struct iovec *vector, unsigned int count)
{
	return SYS(readv, fd, vector, count);
}

static int move_all(struct channel *channel, transfer move, struct iovec *vector, unsigned int count)
{
	while (count) {
		long moved = move(channel->fd, vector, count);

		if (moved == -EINTR)
			continue;
		if (moved < 0)
			return moved == -EAGAIN ? -ETIMEDOUT : (int)moved;
		if (moved == 0 && vector->iov_len)
			return -EPIPE;
		channel->bytes += moved;
		while (count && (size_t)moved >= vector->iov_len) {
			moved -= vector->iov_len;
			vector++;
			count--;
		}
		if (count) {
			vector->iov_base = (char *)vector->iov_base + moved;
			vector->iov_len -= moved;
		}
	}
	return 0;
}

int channel_write(struct channel *channel, struct iovec *vector, unsigned int count)
{
	return move_all(channel, transfer_out, vector, count);
}

int channel_read(struct channel *channel, struct iovec *vector, unsigned int count)
{
	return move_all(channel, transfer_in, vector, count);
}

int channel_put(struct channel *channel, uint32_t type, uint32_t count, const void *payload, uint64_t size)
{
	struct cr_record record = { .type = type, .count = count, .size = size };
	struct iovec vector[2] = { { &record, sizeof(record) }, { (void *)payload, size } };

	return channel_write(channel, vector, size ? 2 : 1);
}

int channel_get(struct channel *channel, void *buffer, uint64_t size)
{
	struct iovec vector = { buffer, size };

	return size ? channel_read(channel, &vector, 1) : 0;
}

int channel_expect(struct channel *channel, uint32_t type, struct cr_record *record)
{
	int error = channel_get(channel, record, sizeof(*record));

	if (error)
		return error;
	if (record->type == CR_REFUSED)
		return -ECONNABORTED;
	return record->type == type ? 0 : -EPROTO;
}

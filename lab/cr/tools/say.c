// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "address.h"
#include "ledger.h"
#include "say.h"

#define HEARD_S 15

int send_with(int control, const void *message, size_t size, const int *descriptors, int count)
{
	union { struct cmsghdr head; char space[CMSG_SPACE(2 * sizeof(int))]; } rights = { 0 };
	struct iovec vector = { (void *)message, size };
	struct msghdr whole = { .msg_iov = &vector, .msg_iovlen = 1 };

	if (count) {
		whole.msg_control = &rights;
		whole.msg_controllen = CMSG_SPACE(count * sizeof(int));
		rights.head.cmsg_level = SOL_SOCKET;
		rights.head.cmsg_type = SCM_RIGHTS;
		rights.head.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&rights.head), descriptors, count * sizeof(int));
	}
	return sendmsg(control, &whole, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -errno;
}

static int connect_word(enum cr_role role, const uint8_t *id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), size;
	char text[ID_TEXT];

	ledger_id_text(id, text);
	size = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, CR_WORD_NAME "%c-%s",
			role == CR_ORIGIN ? 'o' : 'd', text);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + size)) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd < 0 ? -errno : fd;
}

int word_is_awaited(enum cr_role role, const uint8_t *id)
{
	int fd = connect_word(role, id);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The origin's process sends its report, which its cr_checkpoint reads as well, if it is there. */
static int await_end(int fd)
{
	struct cr_report waste;
	ssize_t size;

	stream_deadline(fd, HEARD_S);
	while ((size = recv(fd, &waste, sizeof(waste), 0)) > 0)
		;
	return size == 0 || errno == ECONNRESET ? 0 : errno == EAGAIN ? -ETIMEDOUT : -errno;
}

int say_word(enum cr_role role, const uint8_t *id, const struct cr_word *word, int stream)
{
	int fd = connect_word(role, id), error;

	if (fd < 0)
		return fd;
	error = send_with(fd, word, sizeof(*word), &stream, stream >= 0);
	if (!error)
		error = await_end(fd);
	close(fd);
	return error;
}

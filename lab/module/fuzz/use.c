// SPDX-License-Identifier: GPL-2.0-only
#include "use.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../selftest/attribute.h"

static uint8_t room[1 << 20];

static void ask(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	int bytes;

	getsockopt(fd, SOL_TCP, TCP_INFO, &info, &size);
	ioctl(fd, FIONREAD, &bytes);
}

static void set_number(int fd, struct dice *d)
{
	static const struct { int level, name, most; } options[] = {
		{ SOL_TCP, TCP_NODELAY, 2 }, { SOL_TCP, TCP_CORK, 2 }, { SOL_SOCKET, SO_RCVBUF, 1 << 18 },
		{ SOL_SOCKET, SO_SNDBUF, 1 << 18 }, { SOL_TCP, TCP_QUICKACK, 2 }, { SOL_TCP, TCP_KEEPIDLE, 4 },
		{ SOL_SOCKET, SO_KEEPALIVE, 2 }, { SOL_TCP, TCP_USER_TIMEOUT, 1000 }, { SOL_TCP, TCP_LINGER2, 100 },
		{ SOL_TCP, TCP_WINDOW_CLAMP, 1 << 16 }, { SOL_TCP, TCP_MAXSEG, 1460 }, { SOL_SOCKET, SO_RCVLOWAT, 5000 },
	};
	unsigned int i = dice_below(d, sizeof(options) / sizeof(*options));
	int value = dice_below(d, options[i].most);

	setsockopt(fd, options[i].level, options[i].name, &value, sizeof(value));
}

static void set_congestion(int fd, struct dice *d)
{
	static const char *const names[] = { "reno", "cubic", "bbr" };
	const char *name = names[dice_below(d, 3)];

	setsockopt(fd, SOL_TCP, TCP_CONGESTION, name, strlen(name));
}

/* Its state leaves again, and it stays. */
static void export(int fd)
{
	int session = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	struct tcpmig_attach a = { .fd = fd };
	struct tcpmig_buffer b = { .addr = (uintptr_t)room, .size = sizeof(room) };

	if (!ioctl(session, TCPMIG_IOC_ATTACH, &a) && !ioctl(session, TCPMIG_IOC_FREEZE))
		ioctl(session, TCPMIG_IOC_GET, &b);
	close(session);
}

void use_socket(int fd, struct dice *d)
{
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

	switch (dice_below(d, 16)) {
	case 0: case 1: case 2: case 3:
		send(fd, room, 1 + dice_below(d, 20000), flags);
		break;
	case 4: case 5: case 6: case 7:
		recv(fd, room, 1 + dice_below(d, sizeof(room)), flags | (dice_one_in(d, 8) ? MSG_PEEK : 0));
		break;
	case 8: ask(fd); break;
	case 9: case 10: set_number(fd, d); break;
	case 11: set_congestion(fd, d); break;
	case 12: export(fd); break;
	case 13: send(fd, room, 1, flags | MSG_OOB); break;
	case 14: recv(fd, room, 1, flags | MSG_OOB); break;
	default:
		if (dice_one_in(d, 3))
			shutdown(fd, dice_one_in(d, 2) ? SHUT_WR : SHUT_RD);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <stdbool.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define DEVICE "wire"
/* Of RFC 5737 and RFC 3849: for documentation. */
#define NODE4 0xc0000201u
#define PEER4 0xc0000202u

const struct in_addr node_address4 = { .s_addr = __builtin_bswap32(NODE4) };
const struct in_addr peer_address4 = { .s_addr = __builtin_bswap32(PEER4) };
const struct in6_addr node_address6 = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
const struct in6_addr peer_address6 = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } };

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = write(fd, text, strlen(text));

	close(fd);
	return n > 0;
}

static bool interface_up(int fd, const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_UP | IFF_RUNNING };

	strcpy(r.ifr_name, name);
	return !ioctl(fd, SIOCSIFFLAGS, &r);
}

static bool add_address4(int fd)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = node_address4 };
	struct sockaddr_in mask = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xffffff00) };
	struct ifreq r = { .ifr_name = DEVICE };

	memcpy(&r.ifr_addr, &a, sizeof(a));
	if (ioctl(fd, SIOCSIFADDR, &r))
		return false;
	memcpy(&r.ifr_netmask, &mask, sizeof(mask));
	return !ioctl(fd, SIOCSIFNETMASK, &r);
}

/* The route to the peer comes with the prefix, as in IPv4. */
static bool add_address6(int fd)
{
	struct in6_ifreq r = { .ifr6_addr = node_address6, .ifr6_prefixlen = 64 };
	struct in6_ifreq link = { .ifr6_addr.s6_addr = { 0xfe, 0x80, [15] = 1 }, .ifr6_prefixlen = 64 };
	struct ifreq name = { .ifr_name = DEVICE };

	if (ioctl(fd, SIOCGIFINDEX, &name))
		return false;
	r.ifr6_ifindex = link.ifr6_ifindex = name.ifr_ifindex;
	return !ioctl(fd, SIOCSIFADDR, &link) && !ioctl(fd, SIOCSIFADDR, &r);
}

/* The address can be used once a worker of the kernel's has looked at it. */
static bool await_address6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = node_address6 };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool usable = false;

	for (unsigned int ms = 0; !usable && ms < 10000; ms++) {
		usable = !bind(fd, (struct sockaddr *)&a, sizeof(a));
		if (!usable)
			poll(NULL, 0, 1);
	}
	close(fd);
	return usable;
}

/* Nobody else is on the wire: no detection of duplicates, no routers. */
static bool quiet(void)
{
	return write_text("/proc/sys/net/ipv6/conf/default/accept_dad", "0") &&
	       write_text("/proc/sys/net/ipv6/conf/default/router_solicitations", "0") &&
	       write_text("/proc/sys/net/ipv4/tcp_syncookies", "0");
}

static bool configure(void)
{
	int fd4 = socket(AF_INET, SOCK_DGRAM, 0), fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
	bool done = interface_up(fd4, "lo") && interface_up(fd4, DEVICE) && add_address4(fd4) && add_address6(fd6) &&
		    await_address6();

	close(fd4);
	close(fd6);
	return done;
}

int tun_open(void)
{
	struct ifreq r = { .ifr_name = DEVICE, .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	if (!quiet())
		return -1;
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) || !configure())
		return -1;
	return fd;
}

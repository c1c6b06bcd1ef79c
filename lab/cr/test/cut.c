// SPDX-License-Identifier: GPL-2.0-only
/* cut LISTEN-PORT TO-PORT BYTES: passes one connection on over loopback and drops it after BYTES from its origin. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Bytes passed on; 0 at the end. */
static ssize_t pass(int from, int to, size_t most)
{
	char buffer[65536];
	ssize_t size = read(from, buffer, most < sizeof(buffer) ? most : sizeof(buffer));

	for (ssize_t done = 0, sent; done < size; done += sent) {
		sent = write(to, buffer + done, size - done);
		if (sent <= 0)
			return 0;
	}
	return size > 0 ? size : 0;
}

int main(int count, char **words)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), to = socket(AF_INET, SOCK_STREAM, 0), from, on = 1;
	struct sockaddr_in here = loopback(count == 4 ? atoi(words[1]) : 0), there = loopback(count == 4 ? atoi(words[2]) : 0);
	long left = count == 4 ? atol(words[3]) : 0;

	if (count != 4)
		return 64;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) || listen(listener, 1))
		return 1;
	printf("ready\n");
	fflush(stdout);
	from = accept(listener, NULL, NULL);
	if (from < 0 || connect(to, (struct sockaddr *)&there, sizeof(there)))
		return 1;
	while (left > 0) {
		struct pollfd both[2] = { { .fd = from, .events = POLLIN }, { .fd = to, .events = POLLIN } };

		poll(both, 2, -1);
		if (both[0].revents) {
			ssize_t size = pass(from, to, left);

			if (!size)
				return 0;
			left -= size;
		}
		if (both[1].revents && !pass(to, from, sizeof(both) * 1024))
			return 0;
	}
	return 0;
}

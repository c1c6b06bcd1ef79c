// SPDX-License-Identifier: GPL-2.0-only
/* The program in the machine that has the connection. */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "verbs.h"

int call_at(struct trial *t, int machine, enum op op, int fd, int a, int b, int c, const void *in, uint32_t size)
{
	struct request r = { .op = op, .fd = fd, .a = a, .b = b, .c = c, .size = size };
	int result = machine_call(&t->machines[machine], &r, in);

	if (result == -ENOLINK)
		fail(t, "%s does not answer", t->machines[machine].name);
	return result;
}

int call(struct trial *t, enum op op, int fd, int a, int b, int c, const void *in, uint32_t size)
{
	return call_at(t, t->at, op, fd, a, b, c, in, size);
}

static int must(struct trial *t, const char *what, int result)
{
	if (result < 0)
		fail(t, "%s: %s", what, strerror(-result));
	return result;
}

static int open_socket(struct trial *t, int machine)
{
	int family = t->family == IPV4 ? AF_INET : AF_INET6;

	return must(t, "socket", call_at(t, machine, OP_SOCKET, -1, family, SOCK_STREAM, t->node.protocol, NULL, 0));
}

void node_set(struct trial *t, int level, int name, int value)
{
	must(t, "setsockopt", call(t, OP_SETSOCKOPT, t->node.fd, level, name, 0, &value, sizeof(value)));
}

void node_socket(struct trial *t)
{
	struct address a = t->node.any ? address_any(t) : address_of(t, true);

	t->node.fd = open_socket(t, t->at);
	must(t, "bind", call(t, OP_BIND, t->node.fd, 0, 0, 0, &a.of, a.size));
}

void node_listen(struct trial *t)
{
	node_socket(t);
	t->node.listener = t->node.fd;
	t->node.fd = -1;
	must(t, "listen", call(t, OP_LISTEN, t->node.listener, 8, 0, 0, NULL, 0));
}

void node_accept(struct trial *t)
{
	uint64_t deadline = now_ns() + WAIT_NS;

	while ((t->node.fd = call(t, OP_ACCEPT, t->node.listener, 0, 0, 0, NULL, 0)) == -EAGAIN)
		pump(t, deadline, "a connection to accept");
	must(t, "accept", t->node.fd);
	call(t, OP_CLOSE, t->node.listener, 0, 0, 0, NULL, 0);
	t->node.listener = -1;
}

void node_connect(struct trial *t)
{
	struct address a = address_of(t, false);
	int err = call(t, OP_CONNECT, t->node.fd, 0, 0, 0, &a.of, a.size);

	if (err != -EINPROGRESS)
		fail(t, "connect: %s", strerror(-err));
	await(t, "a SYN", t->seen.has_syn);
}

void node_connect_later(struct trial *t)
{
	struct address a = address_of(t, false);

	must(t, "connect", call(t, OP_CONNECT, t->node.fd, 0, 0, 0, &a.of, a.size));
}

static uint32_t saved_syn(struct trial *t)
{
	must(t, "TCP_SAVED_SYN", call(t, OP_GETSOCKOPT, t->node.fd, IPPROTO_TCP, TCP_SAVED_SYN, PACKET_MAX, NULL, 0));
	return t->machines[t->at].out_size;
}

void node_read_saved_syn(struct trial *t)
{
	static uint8_t packet[PACKET_MAX];
	size_t size = segment_build(&t->peer.syn, packet);

	if (saved_syn(t) != size || memcmp(t->machines[t->at].out, packet, size))
		fail(t, "%zu bytes are not the SYN of %zu that the peer sent", t->machines[t->at].out_size, size);
	if (saved_syn(t))
		fail(t, "the SYN is given twice");
}

int other_bound(struct trial *t)
{
	struct address a = address_of(t, true);
	int fd = open_socket(t, !t->at);

	must(t, "bind", call_at(t, !t->at, OP_BIND, fd, 0, 0, 0, &a.of, a.size));
	return fd;
}

int other_connection(struct trial *t)
{
	struct address a = address_of(t, false);
	int fd = open_socket(t, !t->at), on = 1;
	struct address own = address_of(t, true);

	must(t, "TCP_REPAIR", call_at(t, !t->at, OP_SETSOCKOPT, fd, IPPROTO_TCP, TCP_REPAIR, 0, &on, sizeof(on)));
	must(t, "bind", call_at(t, !t->at, OP_BIND, fd, 0, 0, 0, &own.of, own.size));
	must(t, "connect", call_at(t, !t->at, OP_CONNECT, fd, 0, 0, 0, &a.of, a.size));
	return fd;
}

void connection_accepted(struct trial *t)
{
	if (t->node.listener < 0)
		node_listen(t);
	peer_syn(t);
	node_accept(t);
}

void connection_opened(struct trial *t)
{
	if (t->node.fd < 0)
		node_socket(t);
	node_connect(t);
	peer_syn_ack(t);
	acknowledged(t);
}

/* What the socket takes of so many bytes. */
static uint32_t write_some(struct trial *t, uint32_t bytes, int flags)
{
	uint8_t *data = malloc(bytes);
	int n;

	for (uint32_t i = 0; i < bytes; i++)
		data[i] = pattern(true, t->node.written + i);
	/* Its segments may be read before the call has answered. */
	t->node.written += bytes;
	n = call(t, OP_SEND, t->node.fd, flags, 0, 0, data, bytes);
	free(data);
	t->node.written -= bytes - (n > 0 ? n : 0);
	if (n < 0 && n != -EAGAIN)
		fail(t, "send: %s", strerror(-n));
	return n > 0 ? n : 0;
}

void node_send(struct trial *t, uint32_t bytes)
{
	uint32_t n = write_some(t, bytes, 0);

	if (n != bytes)
		fail(t, "send took %u of %u bytes", n, bytes);
}

void node_send_all(struct trial *t)
{
	while (write_some(t, 16384, 0))
		settle(t);
}

void node_send_urgent(struct trial *t, uint32_t bytes)
{
	t->node.urgent_end = t->node.written + bytes;
	if (write_some(t, bytes, MSG_OOB) != bytes)
		fail(t, "send took not all urgent bytes");
}

/* What recv gives, of at most so many bytes; 0 at the end, -EAGAIN when there is nothing yet. */
static int read_some(struct trial *t, uint32_t bytes)
{
	int n = call(t, OP_RECV, t->node.fd, MSG_DONTWAIT, bytes, 0, NULL, 0);
	const uint8_t *data = t->machines[t->at].out;

	for (int i = 0; i < n; i++, t->node.read++) {
		t->node.read += t->node.read == t->node.urgent_at;
		if (data[i] != pattern(false, t->node.read))
			fail(t, "the program read a wrong byte at offset %u", t->node.read);
	}
	return n;
}

void node_read(struct trial *t, uint32_t bytes)
{
	uint32_t end = t->node.read + bytes;

	for (uint64_t deadline = now_ns() + WAIT_NS; before(t->node.read, end);) {
		int n = read_some(t, end - t->node.read);

		if (n == -EAGAIN)
			pump(t, deadline, "bytes to read");
		else if (n <= 0)
			fail(t, "recv with %u bytes missing: %s", end - t->node.read, n ? strerror(-n) : "end of stream");
		t->node.read += t->node.read + 1 == end && t->node.read == t->node.urgent_at;
	}
}

void node_read_end(struct trial *t)
{
	int n;

	node_read(t, peer_sent(t) - t->node.read);
	for (uint64_t deadline = now_ns() + WAIT_NS; (n = read_some(t, 1)) == -EAGAIN;)
		pump(t, deadline, "the end of the stream to read");
	if (n)
		fail(t, "recv instead of the end: %s", n > 0 ? "a byte too much" : strerror(-n));
}

void node_read_error(struct trial *t, int error)
{
	int n = read_some(t, 1);

	if (n != -error)
		fail(t, "recv gives %s instead of %s", n < 0 ? strerror(-n) : "data", strerror(error));
}

void node_read_urgent(struct trial *t)
{
	int n = call(t, OP_RECV, t->node.fd, MSG_OOB, 1, 0, NULL, 0);

	if (n != 1)
		fail(t, "no urgent byte: %s", n < 0 ? strerror(-n) : "nothing");
	if (t->machines[t->at].out[0] != pattern(false, t->node.urgent_at))
		fail(t, "wrong urgent byte");
}

void node_shutdown(struct trial *t)
{
	t->node.fin = true;
	must(t, "shutdown", call(t, OP_SHUTDOWN, t->node.fd, SHUT_WR, 0, 0, NULL, 0));
}

void node_close(struct trial *t)
{
	t->node.fin = true;
	must(t, "close", call(t, OP_CLOSE, t->node.fd, 0, 0, 0, NULL, 0));
	t->node.fd = -1;
}

void arrived(struct trial *t)
{
	uint32_t end = t->node.isn + 1 + t->node.written + t->node.fin;

	await(t, "all that the node has written", t->seen.nxt == end);
	settle(t);
}

void acknowledged(struct trial *t)
{
	await(t, "an acknowledgement", t->seen.acked == t->peer.nxt);
	settle(t);
}

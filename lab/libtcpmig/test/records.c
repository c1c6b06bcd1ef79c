// SPDX-License-Identifier: GPL-2.0-only
/* States on streams. */
#include <errno.h>
#include <fcntl.h>
#include <libtcpmig.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

/* More than any socket's buffer holds. */
#define LARGE (8u << 20)

static int pair[2];

static void open_pair(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		abort();
}

static void close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static void *write_state(void *argument)
{
	return (void *)(intptr_t)tcpmig_state_write(pair[0], argument, 10000);
}

static void test_large(void)
{
	struct tcpmig_state sent = { malloc(LARGE), LARGE }, got;
	pthread_t writer;
	void *result;

	for (uint32_t i = 0; i < LARGE; i++)
		((uint8_t *)sent.bytes)[i] = i * 31 + (i >> 8);
	open_pair();
	pthread_create(&writer, NULL, write_state, &sent);
	check_number(tcpmig_state_read(pair[1], &got, LARGE, 10000), 0, "a large state is read");
	pthread_join(writer, &result);
	check_number((intptr_t)result, 0, "and was written");
	check(got.size == LARGE && !memcmp(got.bytes, sent.bytes, LARGE), "byte for byte");
	tcpmig_state_free(&got);
	check(!got.bytes && !got.size, "nothing is left of it");
	tcpmig_state_free(&sent);
	close_pair();
}

/* What is on the stream, and that it ends there. */
static void refuse(const void *bytes, size_t size, uint32_t limit, int expected, const char *what)
{
	struct tcpmig_state got;

	open_pair();
	if (send(pair[0], bytes, size, 0) != (ssize_t)size)
		abort();
	shutdown(pair[0], SHUT_WR);
	check_number(tcpmig_state_read(pair[1], &got, limit, 10000), expected, what);
	check(!got.bytes, "leaves nothing behind");
	close_pair();
}

static void test_wrong(void)
{
	struct tcpmig_state state = { "0123456789abcdef", 16 };
	uint8_t record[64], changed[64];
	ssize_t size;

	open_pair();
	tcpmig_state_write(pair[0], &state, 1000);
	size = recv(pair[1], record, sizeof(record), 0);
	close_pair();
	check_number(size, 32, "a record is 16 bytes longer than its state");
	refuse(record, 0, 100, -EPIPE, "no record");
	refuse(record, 10, 100, -EPIPE, "half a head");
	refuse(record, size - 1, 100, -EPIPE, "a state that is cut off");
	refuse(record, size, 15, -EMSGSIZE, "more than the limit");
	memcpy(changed, record, sizeof(record));
	changed[0] ^= 1;
	refuse(changed, size, 100, -EPROTO, "another magic");
	memcpy(changed, record, sizeof(record));
	changed[8]++;
	refuse(changed, size, 100, -EPROTONOSUPPORT, "another version");
	memcpy(changed, record, sizeof(record));
	memset(changed + 12, 0xff, 4);
	refuse(changed, size, UINT32_MAX, -EMSGSIZE, "a length of four gigabytes");
	memset(changed + 12, 0, 4);
	refuse(changed, size, 100, -EPROTO, "a length of nothing");
}

static void test_waits(void)
{
	struct tcpmig_state state = { calloc(1, LARGE), LARGE }, got;

	open_pair();
	check_number(tcpmig_state_read(pair[1], &got, 100, 20), -ETIMEDOUT, "nothing comes");
	check_number(tcpmig_state_write(pair[0], &state, 20), -ETIMEDOUT, "nobody reads");
	close(pair[1]);
	check_number(tcpmig_state_write(pair[0], &state, 1000), -EPIPE, "nobody is there, and no signal comes of it");
	close(pair[0]);
	free(state.bytes);
}

static void test_file(void)
{
	struct tcpmig_state state = { "0123456789abcdef", 16 }, got;
	FILE *file = tmpfile();

	check_number(tcpmig_state_write(fileno(file), &state, -1), 0, "a state goes into a file");
	lseek(fileno(file), 0, SEEK_SET);
	check_number(tcpmig_state_read(fileno(file), &got, 100, -1), 0, "and comes out of it");
	check(got.size == 16 && !memcmp(got.bytes, state.bytes, 16), "as it was");
	tcpmig_state_free(&got);
	fclose(file);
}

void test_records(void)
{
	test_large();
	test_wrong();
	test_waits();
	test_file();
}

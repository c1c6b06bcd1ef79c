// SPDX-License-Identifier: GPL-2.0-only
/* The stream function against its definition, and what its check finds. "stream bench" prints MB/s instead. */
#include "stream.h"

#include "monotonic.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define SPAN (1 << 20)

static uint8_t good[SPAN], bad[SPAN];
static struct stream stream;

/* Reads the documented definition literally. */
static uint8_t by_definition(uint64_t seed, uint64_t offset)
{
	uint64_t n = offset / 8;
	uint64_t pattern = stream_mix(stream_mix(seed + 0x9e3779b97f4a7c15ull) + n % 2048);

	return (uint8_t)((pattern ^ stream_mix(stream.key + n / 2048)) >> (8 * (offset % 8)));
}

static bool equals_definition(uint64_t seed, uint64_t offset, size_t length, size_t shift)
{
	uint8_t *to = bad + shift;

	memset(bad, 0xaa, length + shift + 1);
	stream_fill(stream, offset, to, length);
	for (size_t i = 0; i < length; i++)
		if (to[i] != by_definition(seed, offset + i))
			return false;
	return to[length] == 0xaa && !stream_check(stream, offset, to, length).wrong;
}

static void test_definition(void)
{
	bool same = true;

	srandom(1);
	for (int i = 0; i < 4000; i++)
		same &= equals_definition(42, (uint64_t)random() * 3, (size_t)random() % 50000, (size_t)random() % 16);
	same &= equals_definition(42, UINT64_MAX / 2 + 5, 40000, 1);
	tap_ok(same, "any offset, length and alignment gives the defined bytes and checks as right");
}

static void test_flip(void)
{
	bool found = true;

	for (int i = 0; i < 20000; i++) {
		size_t at = (size_t)random() % SPAN;
		struct stream_verdict verdict;
		uint8_t was = good[at];

		good[at] ^= (uint8_t)(1 << random() % 8);
		verdict = stream_check(stream, 0, good, SPAN < at + 3000 ? SPAN : at + 3000);
		found &= verdict.wrong == 1 && verdict.first_wrong == at;
		good[at] = was;
		i += (int)(at / 1000);
	}
	tap_ok(found, "a flipped bit is one wrong byte, and its offset is known");
}

/* Every block size and distance: bytes at FROM seen where those at TO belong. */
static uint64_t wrong_when_moved(size_t from, size_t to, size_t length)
{
	return stream_check(stream, to, good + from, length).wrong;
}

static void test_misplaced(void)
{
	static const size_t distances[] = { 1, 7, 8, 16, 100, 1448, 4096, 16384, 32768, 65536, 524288 };
	bool found = true;

	for (size_t i = 0; i < sizeof(distances) / sizeof(*distances); i++)
		for (size_t at = 0; at + distances[i] + 1448 < SPAN; at += 7001) {
			found &= wrong_when_moved(at + distances[i], at, 1448) >= 1448 / 16;
			found &= wrong_when_moved(at, at + distances[i], 1448) >= 1448 / 16;
		}
	tap_ok(found, "data from any other place is wrong nearly everywhere: lost, duplicated, swapped");
}

static void test_every_word(void)
{
	bool found = true;

	for (size_t at = STREAM_BLOCK; at < 8 * STREAM_BLOCK; at += 8)
		found &= wrong_when_moved(at - STREAM_BLOCK, at, 8) && wrong_when_moved(at, at - STREAM_BLOCK, 8);
	tap_ok(found, "every word of a block that takes its neighbour's place is wrong");
}

static void test_names(void)
{
	struct stream others[] = {
		stream_named(42, STREAM_PEER_TO_NODE, 5000), stream_named(42, STREAM_NODE_TO_PEER, 5001),
		stream_named(43, STREAM_NODE_TO_PEER, 5000), stream_named(42, STREAM_IMAGE, 0),
	};
	bool found = true;

	for (int i = 0; i < 4; i++)
		found &= stream_check(others[i], 0, good, SPAN).wrong > SPAN / 16 * 15;
	tap_ok(found, "direction, connection and seed make other streams");
}

static void bench(void)
{
	uint64_t begin_ns, fill_ns, check_ns, wrong = 0;
	const int rounds = 4000;

	begin_ns = monotonic_ns();
	for (int i = 0; i < rounds; i++)
		stream_fill(stream, (uint64_t)i * 65536, bad + i % 16, 65536);
	fill_ns = monotonic_ns() - begin_ns;
	stream_fill(stream, 0, good, SPAN);
	begin_ns = monotonic_ns();
	for (int i = 0; i < rounds; i++)
		wrong += stream_check(stream, (uint64_t)(i % 16) * 65536, good + i % 16 * 65536, 65536).wrong;
	check_ns = monotonic_ns() - begin_ns;
	printf("fill %.0f MB/s, check %.0f MB/s, wrong %lu\n", rounds * 65536e3 / (double)fill_ns,
	       rounds * 65536e3 / (double)check_ns, (unsigned long)wrong);
}

int main(int argc, char **argv)
{
	stream_seed(42);
	stream = stream_named(42, STREAM_NODE_TO_PEER, 5000);
	stream_fill(stream, 0, good, SPAN);
	if (argc > 1 && !strcmp(argv[1], "bench")) {
		bench();
		return 0;
	}
	test_definition();
	test_flip();
	test_misplaced();
	test_every_word();
	test_names();
	return tap_done();
}

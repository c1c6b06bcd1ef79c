// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <stdbool.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the stream is defined in little-endian words"
#endif

typedef uint64_t pair __attribute__((vector_size(16)));
/* Sockets hand out bytes at any address. */
typedef uint64_t loose_pair __attribute__((vector_size(16), aligned(1), may_alias));

#define PAIRS (STREAM_BLOCK / sizeof(pair))

static union {
	uint64_t words[STREAM_BLOCK / 8];
	pair pairs[PAIRS];
	uint8_t bytes[STREAM_BLOCK];
} pattern;

/* The finaliser of MurmurHash3 with Stafford's constants (variant 13): invertible step by step. */
uint64_t stream_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

void stream_seed(uint64_t seed)
{
	uint64_t base = stream_mix(seed + 0x9e3779b97f4a7c15ull);

	for (size_t i = 0; i < STREAM_BLOCK / 8; i++)
		pattern.words[i] = stream_mix(base + i);
}

struct stream stream_named(uint64_t seed, enum stream_kind kind, uint16_t port)
{
	return (struct stream){ stream_mix(stream_mix(stream_mix(seed) + kind) + port) };
}

static uint64_t block_key(struct stream stream, uint64_t offset)
{
	return stream_mix(stream.key + offset / STREAM_BLOCK);
}

static uint8_t byte_at(uint64_t key, uint64_t offset)
{
	return pattern.bytes[offset % STREAM_BLOCK] ^ (uint8_t)(key >> (8 * (offset % 8)));
}

/* A run is what lies in one block: first the bytes up to a multiple of 16, then pairs, then what is left. */
struct run {
	size_t head, pairs, tail;
};

static struct run run_of(uint64_t offset, size_t length)
{
	size_t room = STREAM_BLOCK - offset % STREAM_BLOCK;
	size_t head = -offset % sizeof(pair);

	if (length > room)
		length = room;
	if (head > length)
		head = length;
	length -= head;
	return (struct run){ head, length / sizeof(pair), length % sizeof(pair) };
}

static size_t run_length(struct run run)
{
	return run.head + run.pairs * sizeof(pair) + run.tail;
}

static void fill_bytes(uint64_t key, uint64_t offset, uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = byte_at(key, offset + i);
}

static void fill_pairs(uint64_t key, uint64_t offset, uint8_t *to, size_t pairs)
{
	const pair *p = pattern.pairs + offset % STREAM_BLOCK / sizeof(pair);
	loose_pair *out = (loose_pair *)to;
	pair keys = { key, key };
	size_t i = 0;

	for (; i + 4 <= pairs; i += 4) {
		out[i] = p[i] ^ keys;
		out[i + 1] = p[i + 1] ^ keys;
		out[i + 2] = p[i + 2] ^ keys;
		out[i + 3] = p[i + 3] ^ keys;
	}
	for (; i < pairs; i++)
		out[i] = p[i] ^ keys;
}

void stream_fill(struct stream stream, uint64_t offset, void *to, size_t length)
{
	uint8_t *out = to;

	while (length) {
		struct run run = run_of(offset, length);
		uint64_t key = block_key(stream, offset);
		size_t body = run.pairs * sizeof(pair);

		fill_bytes(key, offset, out, run.head);
		fill_pairs(key, offset + run.head, out + run.head, run.pairs);
		fill_bytes(key, offset + run.head + body, out + run.head + body, run.tail);
		offset += run_length(run);
		out += run_length(run);
		length -= run_length(run);
	}
}

static bool pairs_right(uint64_t key, uint64_t offset, const uint8_t *from, size_t pairs)
{
	const pair *p = pattern.pairs + offset % STREAM_BLOCK / sizeof(pair);
	const loose_pair *in = (const loose_pair *)from;
	pair keys = { key, key }, differ = { 0, 0 };
	size_t i = 0;

	for (; i + 4 <= pairs; i += 4) {
		differ |= in[i] ^ p[i] ^ keys;
		differ |= in[i + 1] ^ p[i + 1] ^ keys;
		differ |= in[i + 2] ^ p[i + 2] ^ keys;
		differ |= in[i + 3] ^ p[i + 3] ^ keys;
	}
	for (; i < pairs; i++)
		differ |= in[i] ^ p[i] ^ keys;
	return !(differ[0] | differ[1]);
}

static void check_bytes(uint64_t key, uint64_t offset, const uint8_t *from, size_t length,
			struct stream_verdict *verdict)
{
	for (size_t i = 0; i < length; i++) {
		if (from[i] == byte_at(key, offset + i))
			continue;
		if (!verdict->wrong++)
			verdict->first_wrong = offset + i;
	}
}

struct stream_verdict stream_check(struct stream stream, uint64_t offset, const void *from, size_t length)
{
	struct stream_verdict verdict = { 0, STREAM_ALL_RIGHT };
	const uint8_t *in = from;

	while (length) {
		struct run run = run_of(offset, length);
		uint64_t key = block_key(stream, offset);
		size_t body = run.pairs * sizeof(pair);

		check_bytes(key, offset, in, run.head, &verdict);
		if (!pairs_right(key, offset + run.head, in + run.head, run.pairs))
			check_bytes(key, offset + run.head, in + run.head, body, &verdict);
		check_bytes(key, offset + run.head + body, in + run.head + body, run.tail, &verdict);
		offset += run_length(run);
		in += run_length(run);
		length -= run_length(run);
	}
	return verdict;
}

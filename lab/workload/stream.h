/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes that the workload sends and the bytes its image consists of: a function of seed, key and offset.
 *
 *	word n of a stream  =  pattern[n mod 2048]  xor  mix(key + n div 2048)
 *
 * where a word is 8 bytes (little-endian), the pattern is 16 KiB computed once from the seed, and mix is a bijection
 * of 64-bit numbers. To make or to check 16 bytes costs two xors and a load, which is little even in an emulated CPU.
 *
 * What a check finds, always:
 *  - a changed byte: bytes are compared one by one with what they should be;
 *  - blocks (2048 words) lost, duplicated or swapped: keys of different blocks differ, because mix is a bijection, so
 *    every single word of a misplaced block is wrong in at least one byte;
 *  - words misplaced inside one block: the words of the pattern differ from each other for the same reason.
 * And but for a chance of 2^-64 a word: data moved by any other distance, data of another connection, direction or
 * seed. A byte that is misplaced may be right by chance (1 in 256), so behind a loss the count of wrong bytes is a
 * little lower than the number of bytes displaced; a changed byte is counted exactly.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <stdint.h>

#define STREAM_BLOCK 16384u

enum stream_kind { STREAM_NODE_TO_PEER = 1, STREAM_PEER_TO_NODE = 2, STREAM_IMAGE = 3 };

struct stream {
	uint64_t key;
};

#define STREAM_ALL_RIGHT UINT64_MAX

struct stream_verdict {
	uint64_t wrong;        /* bytes */
	uint64_t first_wrong;  /* offset in the stream, STREAM_ALL_RIGHT if none */
};

/* Once, before any other call: the pattern of this seed. */
void stream_seed(uint64_t seed);

/* PORT tells connections of one seed apart: that of the side that connected; 0 for the image. */
struct stream stream_named(uint64_t seed, enum stream_kind kind, uint16_t port);

uint64_t stream_mix(uint64_t x);
void stream_fill(struct stream stream, uint64_t offset, void *to, size_t length);
struct stream_verdict stream_check(struct stream stream, uint64_t offset, const void *from, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_SHA256_H
#define CR_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_BLOCK 64

struct sha256 {
	uint32_t state[8];
	uint64_t length;             /* bytes hashed */
	uint8_t block[SHA256_BLOCK];
};

/* FIPS 180-4 */
void sha256_init(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const void *data, size_t size);
void sha256_final(struct sha256 *hash, uint8_t digest[SHA256_SIZE]);

/* RFC 2104 over a message of two parts */
void hmac_sha256(const void *key, size_t key_size, const void *first, size_t first_size, const void *second,
		 size_t second_size, uint8_t mac[SHA256_SIZE]);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* Published vectors: FIPS 180-4 examples, RFC 4231 cases 1, 2 and 6. */
#include <stdio.h>
#include <string.h>
#include "../tools/sha256.h"

static int failures;

static void expect(const char *name, const uint8_t *digest, const char *hex)
{
	char text[2 * SHA256_SIZE + 1];

	for (int i = 0; i < SHA256_SIZE; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
	failures += strcmp(text, hex) != 0;
	printf("%s - %s\n", strcmp(text, hex) ? "not ok" : "ok", name);
}

static void hash(const char *name, const char *text, const char *hex)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 state;

	sha256_init(&state);
	sha256_update(&state, text, strlen(text));
	sha256_final(&state, digest);
	expect(name, digest, hex);
}

static void mac(const char *name, const void *key, size_t size, const char *text, const char *hex)
{
	uint8_t digest[SHA256_SIZE];

	hmac_sha256(key, size, text, strlen(text) / 2, text + strlen(text) / 2, strlen(text) - strlen(text) / 2, digest);
	expect(name, digest, hex);
}

int main(void)
{
	uint8_t key[131];

	hash("sha256 of nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash("sha256 of abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash("sha256 of two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(key, 0x0b, 20);
	mac("hmac case 1", key, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	mac("hmac case 2", "Jefe", 4, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	mac("hmac case 6", key, sizeof(key), "Test Using Larger Than Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	return failures != 0;
}

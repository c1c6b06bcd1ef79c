// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sysexits.h>
#include <unistd.h>
#include "authenticate.h"
#include "sha256.h"

#define NONCE 32
#define SECRET_MIN 16

void secret_read(struct secret *secret, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	ssize_t size;

	if (fd < 0 || fstat(fd, &status))
		err(EX_USAGE, "secret file %s", path);
	if (status.st_mode & 077)
		errx(EX_USAGE, "secret file %s: others may read it (chmod 600)", path);
	size = read(fd, secret->bytes, sizeof(secret->bytes));
	if (size < SECRET_MIN)
		errx(EX_USAGE, "secret file %s: shorter than %d bytes", path, SECRET_MIN);
	secret->size = size;
	close(fd);
}

static void proof(const struct secret *secret, const char *role, const uint8_t *first, const uint8_t *second,
		  uint8_t mac[SHA256_SIZE])
{
	uint8_t both[2 * NONCE];

	memcpy(both, first, NONCE);
	memcpy(both + NONCE, second, NONCE);
	hmac_sha256(secret->bytes, secret->size, role, strlen(role), both, sizeof(both), mac);
}

/* In a time that does not depend on the bytes. */
static int same_proof(const uint8_t *a, const uint8_t *b)
{
	uint8_t difference = 0;

	for (int i = 0; i < SHA256_SIZE; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static int put(struct channel *channel, void *data, size_t size)
{
	struct iovec vector = { data, size };

	return channel_write(channel, &vector, 1);
}

static int random_nonce(uint8_t nonce[NONCE])
{
	return getrandom(nonce, NONCE, 0) == NONCE ? 0 : -errno;
}

int authenticate_sender(struct channel *channel, const struct secret *secret)
{
	uint8_t theirs[NONCE], answer[NONCE + SHA256_SIZE], expected[SHA256_SIZE], got[SHA256_SIZE];
	int error = channel_get(channel, theirs, sizeof(theirs));

	if (!error)
		error = random_nonce(answer);
	if (error)
		return error;
	proof(secret, "sender", theirs, answer, answer + NONCE);
	error = put(channel, answer, sizeof(answer));
	if (!error)
		error = channel_get(channel, got, sizeof(got));
	if (error)
		return error == -EPIPE || error == -ECONNRESET ? -EACCES : error;
	proof(secret, "receiver", answer, theirs, expected);
	return same_proof(got, expected) ? 0 : -EACCES;
}

int authenticate_receiver(struct channel *channel, const struct secret *secret)
{
	uint8_t ours[NONCE], answer[NONCE + SHA256_SIZE], mac[SHA256_SIZE];
	int error = random_nonce(ours);

	if (!error)
		error = put(channel, ours, sizeof(ours));
	if (!error)
		error = channel_get(channel, answer, sizeof(answer));
	if (error)
		return error;
	proof(secret, "sender", ours, answer, mac);
	if (!same_proof(answer + NONCE, mac))
		return -EACCES;
	proof(secret, "receiver", answer, ours, mac);
	return put(channel, mac, sizeof(mac));
}

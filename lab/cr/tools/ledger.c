// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ledger.h"

#define NAME_MAX_SIZE 96

void ledger_id_text(const uint8_t *id, char text[ID_TEXT])
{
	for (int i = 0; i < CR_ID_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

int ledger_id_parse(const char *text, uint8_t *id)
{
	if (strlen(text) != 2 * CR_ID_SIZE || strspn(text, "0123456789abcdef") != 2 * CR_ID_SIZE)
		return -EINVAL;
	for (int i = 0; i < CR_ID_SIZE; i++)
		sscanf(text + 2 * i, "%2hhx", &id[i]);
	return 0;
}

const char *ledger_role(enum cr_role role)
{
	return role == CR_ORIGIN ? "origin" : "destination";
}

const char *ledger_fate(enum cr_fate fate)
{
	static const char *const names[] = {
		[CR_FATE_UNKNOWN] = "unknown", [CR_FATE_UNDECIDED] = "undecided", [CR_FATE_FROZEN] = "frozen",
		[CR_FATE_PREPARED] = "prepared",		[CR_FATE_DECIDED] = "decided", [CR_FATE_MOVED] = "moved", [CR_FATE_KEPT] = "kept", [CR_FATE_LOST] = "lost",
	};

	return fate <= CR_FATE_LOST ? names[fate] : "unknown";
}

int ledger_settled(enum cr_fate fate)
{
	return fate == CR_FATE_MOVED || fate == CR_FATE_KEPT || fate == CR_FATE_LOST;
}

static void name(char path[NAME_MAX_SIZE], enum cr_role role, const uint8_t *id)
{
	char text[ID_TEXT];

	ledger_id_text(id, text);
	snprintf(path, NAME_MAX_SIZE, CR_LEDGER_FOLDER "/%s.%s", text, ledger_role(role));
}

void ledger_remove(enum cr_role role, const uint8_t *id)
{
	char path[NAME_MAX_SIZE];

	name(path, role, id);
	unlink(path);
}

int ledger_create(int *fd, enum cr_role role, const uint8_t *id, int pid, const char *other)
{
	struct cr_ledger ledger = { .version = CR_LEDGER_VERSION, .role = role, .fate = CR_FATE_UNDECIDED, .pid = pid };
	char path[NAME_MAX_SIZE];

	memcpy(ledger.magic, CR_LEDGER_MAGIC, sizeof(ledger.magic));
	memcpy(ledger.id, id, CR_ID_SIZE);
	if (snprintf(ledger.other, sizeof(ledger.other), "%s", other) >= (int)sizeof(ledger.other))
		return -ENAMETOOLONG;
	if (mkdir(CR_LEDGER_FOLDER, 0700) && errno != EEXIST)
		return -errno;
	name(path, role, id);
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd < 0)
		return -errno;
	if (flock(*fd, LOCK_EX | LOCK_NB) || pwrite(*fd, &ledger, sizeof(ledger), 0) != sizeof(ledger)) {
		int error = errno ? -errno : -EIO;

		close(*fd);
		unlink(path);
		return error;
	}
	return 0;
}

int ledger_open(int *fd, enum cr_role role, const uint8_t *id)
{
	char path[NAME_MAX_SIZE];

	name(path, role, id);
	*fd = open(path, O_RDWR | O_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

int ledger_read(int fd, struct cr_ledger *ledger)
{
	if (pread(fd, ledger, sizeof(*ledger), 0) != sizeof(*ledger) ||
	    memcmp(ledger->magic, CR_LEDGER_MAGIC, sizeof(ledger->magic)) || ledger->version != CR_LEDGER_VERSION)
		return -EBADMSG;
	ledger->other[sizeof(ledger->other) - 1] = 0;
	return 0;
}

int ledger_held(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) != 0;
}

int ledger_write(int fd, enum cr_fate fate)
{
	uint32_t word = fate;

	return pwrite(fd, &word, sizeof(word), offsetof(struct cr_ledger, fate)) == sizeof(word) ? 0 : -errno;
}

int ledger_ended(int fd, int status)
{
	struct { uint32_t has_ended; int32_t status; } end = { 1, status };

	return pwrite(fd, &end, sizeof(end), offsetof(struct cr_ledger, has_ended)) == sizeof(end) ? 0 : -errno;
}

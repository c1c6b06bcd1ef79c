// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ledger.h"

struct found {
	struct cr_ledger ledger;
	struct timespec made;        /* of the last change, which is the fate's */
};

static int by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct found *)a)->made, *y = &((const struct found *)b)->made;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

static int read_one(const char *file, struct found *found)
{
	char text[ID_TEXT];
	uint8_t id[CR_ID_SIZE];
	struct stat status;
	int fd, bad;

	snprintf(text, sizeof(text), "%.32s", file);
	if (ledger_id_parse(text, id) || ledger_open(&fd, strstr(file, ".origin") ? CR_ORIGIN : CR_DESTINATION, id))
		return -1;
	bad = ledger_read(fd, &found->ledger) || fstat(fd, &status);
	close(fd);
	found->made = status.st_mtim;
	return bad;
}

int ledger_list(struct ledger_list *list)
{
	DIR *folder = opendir(CR_LEDGER_FOLDER);
	struct found *all = NULL;
	struct dirent *entry;
	unsigned int count = 0;

	*list = (struct ledger_list){ 0 };
	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(folder))) {
		all = reallocarray(all, count + 1, sizeof(*all));
		if (!read_one(entry->d_name, &all[count]))
			count++;
	}
	closedir(folder);
	qsort(all, count, sizeof(*all), by_age);
	list->ledgers = calloc(count + 1, sizeof(*list->ledgers));
	list->count = count;
	for (unsigned int i = 0; i < count; i++)
		list->ledgers[i] = all[i].ledger;
	free(all);
	return 0;
}

static int may_go(const struct cr_ledger *ledger)
{
	int runs_here = ledger->role == CR_DESTINATION && ledger->fate == CR_FATE_MOVED && !ledger->has_ended &&
			kill(ledger->pid, 0) == 0;

	return ledger_settled(ledger->fate) && !runs_here;
}

void ledger_prune(void)
{
	struct ledger_list list;
	unsigned int excess = 0;

	if (ledger_list(&list))
		return;
	for (unsigned int i = 0; i < list.count; i++)
		excess += may_go(&list.ledgers[i]);
	for (unsigned int i = 0; i < list.count && excess > LEDGERS_SETTLED_MAX; i++) {
		if (!may_go(&list.ledgers[i]))
			continue;
		ledger_remove(list.ledgers[i].role, list.ledgers[i].id);
		excess--;
	}
	free(list.ledgers);
}

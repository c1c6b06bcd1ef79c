// SPDX-License-Identifier: GPL-2.0-only
/* Memory contents: the pages the process has, sent from where they are; untouched ones are left out. */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "process.h"

#define PAGE 4096ul
#define PAGEMAP_CHUNK 8192u          /* entries read at a time */
#define PAGE_PRESENT (1ull << 63 | 1ull << 62)  /* or swapped out */
#define PAGE_OF_FILE (1ull << 61)
#define PAGE_GUARD (1ull << 58)      /* 6.13 on: shows as swapped, has no contents */

struct batch {
	struct cr_record record;
	struct cr_run runs[CR_RUNS_MAX];
	struct iovec vector[CR_RUNS_MAX + 2];
};

static int flush(struct batch *batch)
{
	uint32_t count = batch->record.count;
	int error;

	if (!count)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		batch->vector[2 + i] = (struct iovec){ (void *)batch->runs[i].address, batch->runs[i].size };
	batch->vector[0] = (struct iovec){ &batch->record, sizeof(batch->record) };
	batch->vector[1] = (struct iovec){ batch->runs, count * sizeof(struct cr_run) };
	error = channel_write(&process.stream, batch->vector, count + 2);
	if (!error && now_ns() > process.deadline_ns)
		error = -ETIMEDOUT;
	batch->record = (struct cr_record){ .type = CR_PAGES };
	return error;
}

static int add_page(struct batch *batch, uint64_t address)
{
	uint32_t count = batch->record.count;
	struct cr_run *last = count ? &batch->runs[count - 1] : NULL;
	uint64_t bytes = batch->record.size - count * sizeof(struct cr_run);
	int error;

	if (last && last->address + last->size == address && bytes < CR_PAGES_MAX) {
		last->size += PAGE;
		batch->record.size += PAGE;
		return 0;
	}
	if (count == CR_RUNS_MAX || bytes >= CR_PAGES_MAX) {
		error = flush(batch);
		if (error)
			return error;
	}
	batch->runs[batch->record.count++] = (struct cr_run){ address, PAGE };
	batch->record.size += PAGE + sizeof(struct cr_run);
	return 0;
}

static int wanted(uint64_t entry, uint32_t kind)
{
	if (!(entry & PAGE_PRESENT) || (entry & PAGE_GUARD))
		return 0;
	return kind != CR_MAP_FILE_PRIVATE || !(entry & PAGE_OF_FILE);
}

static int protect(const struct cr_mapping *mapping, int protection)
{
	return (int)SYS(mprotect, mapping->start, mapping->end - mapping->start, protection);
}

static int send_present(struct batch *batch, const struct cr_mapping *mapping, int pagemap, uint64_t *entries)
{
	uint64_t at = mapping->start;
	int error = 0;

	while (at < mapping->end && !error) {
		uint64_t pages = (mapping->end - at) / PAGE;
		long size;

		if (pages > PAGEMAP_CHUNK)
			pages = PAGEMAP_CHUNK;
		size = SYS(pread64, pagemap, entries, pages * 8, at / PAGE * 8);
		if (size < (long)pages * 8)
			return size < 0 ? (int)size : -EIO;
		for (uint64_t i = 0; i < pages && !error; i++, at += PAGE)
			if (wanted(entries[i], mapping->kind))
				error = add_page(batch, at);
	}
	return error;
}

/*
 * What the process may not read is made readable while it is sent; all threads are stopped. Not through /proc/self/mem:
 * kernels with PROC_MEM_FORCE_PTRACE (fs/proc/base.c) let only a tracer pass over protections there.
 */
static int send_mapping(struct batch *batch, const struct cr_mapping *mapping, int pagemap, uint64_t *entries)
{
	int error, restored;

	if (mapping->protection & PROT_READ)
		return send_present(batch, mapping, pagemap, entries);
	error = protect(mapping, mapping->protection | PROT_READ);
	if (error)
		return error;
	error = send_present(batch, mapping, pagemap, entries);
	if (!error)
		error = flush(batch);
	restored = protect(mapping, mapping->protection);
	return error ? error : restored;
}

static int send_all(struct batch *batch, int pagemap, uint64_t *entries)
{
	int error = 0;

	for (uint32_t i = 0; i < process.mapping_count && !error; i++) {
		const struct cr_mapping *mapping = &process.mappings[i];

		if (mapping->kind == CR_MAP_KERNEL || mapping->kind == CR_MAP_FILE_SHARED)
			continue;
		error = send_mapping(batch, mapping, pagemap, entries);
	}
	return error ? error : flush(batch);
}

int send_pages(void)
{
	struct batch *batch = arena_take(&process.arena, sizeof(*batch));
	uint64_t *entries = arena_take(&process.arena, PAGEMAP_CHUNK * 8);
	int error, pagemap = SYS(open, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (!batch || !entries || pagemap < 0)
		return refuse_error("stream", "/proc/self/pagemap", pagemap);
	batch->record.type = CR_PAGES;
	error = send_all(batch, pagemap, entries);
	SYS(close, pagemap);
	if (!error)
		error = channel_put(&process.stream, CR_MEMORY_END, process.connection_count, NULL, 0);
	return error ? refuse_error("stream", "memory", error) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program that becomes the restarted process: linked to an address no program uses and without a C library, it
 * makes the address space empty, rebuilds the image's mappings, fills them straight from the stream and jumps into the
 * restored library. Its arguments are the descriptors of the stream and of the ledger (-1: none).
 */
#include "loader.h"

static struct channel stream;
static int ledger = -1;

/* Keeps reading after the reason is sent: a reset would take the reason away from the origin. */
void fail(const char *name, const char *detail)
{
	static char text[CR_REASON_MAX], waste[4096];
	size_t size = 0;

	for (const char *part = name; *part && size < sizeof(text) - 4; part++)
		text[size++] = *part;
	text[size++] = ':';
	text[size++] = ' ';
	for (const char *part = detail; *part && size < sizeof(text) - 1; part++)
		text[size++] = *part;
	channel_put(&stream, CR_REFUSED, 1, text, size);
	while (SYS(read, stream.fd, waste, sizeof(waste)) > 0)
		;
	SYS(exit_group, 1);
	__builtin_unreachable();
}

static void receive(void *buffer, uint64_t size)
{
	if (channel_get(&stream, buffer, size))
		SYS(exit_group, 1); /* the origin gave up */
}

static struct image receive_image(void)
{
	struct cr_record record;
	struct image image;

	receive(&record, sizeof(record));
	if (record.type != CR_IMAGE || record.size < sizeof(image.head) || record.size > SCRATCH_SIZE)
		fail("image", "not an image");
	receive(SCRATCH, record.size);
	image.head = *(struct cr_image *)SCRATCH;
	image.mappings = (struct cr_mapping *)(SCRATCH + sizeof(image.head));
	image.paths = (char *)(image.mappings + image.head.mappings);
	if (record.size != sizeof(image.head) + image.head.mappings * sizeof(struct cr_mapping) + image.head.paths_size ||
	    !image.head.paths_size || image.paths[image.head.paths_size - 1])
		fail("image", "its sizes contradict each other");
	return image;
}

/* Page faults one by one would dominate: the pages of a long run are made at once. */
static void receive_pages(const struct cr_record *record)
{
	static struct cr_run runs[CR_RUNS_MAX];
	static struct iovec vector[CR_RUNS_MAX];
	uint64_t size = record->count * sizeof(*runs);

	if (!record->count || record->count > CR_RUNS_MAX)
		fail("image", "too many runs");
	receive(runs, record->count * sizeof(*runs));
	for (uint32_t i = 0; i < record->count; i++) {
		if (runs[i].address < LOADER_END && runs[i].address + runs[i].size > LOADER_BASE)
			fail("image", "a run lies on the loader");
		if (__builtin_add_overflow(size, runs[i].size, &size) || size > record->size)
			fail("image", "its runs are longer than their record");
		if (runs[i].size >= POPULATE_FROM)
			SYS(madvise, runs[i].address, runs[i].size, MADV_POPULATE_WRITE);
		vector[i] = (struct iovec){ (void *)runs[i].address, runs[i].size };
	}
	if (size != record->size)
		fail("image", "its runs are shorter than their record");
	if (channel_read(&stream, vector, record->count))
		SYS(exit_group, 1);
}

static void receive_memory(void)
{
	struct cr_record record;

	for (;;) {
		receive(&record, sizeof(record));
		if (record.type == CR_MEMORY_END)
			return;
		if (record.type != CR_PAGES)
			fail("image", "unknown record");
		receive_pages(&record);
	}
}

__attribute__((noreturn)) static void enter(const struct image *image)
{
	__asm__ volatile("mov %[stack], %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "push %%rbp\n\t"
			 "jmp *%[entry]"
			 :
			 : [stack] "r"(image->head.stack), [entry] "r"(image->head.entry), "D"(stream.fd),
			   "S"(LOADER_BASE), "d"(LOADER_END - LOADER_BASE), "c"(ledger)
			 : "memory");
	__builtin_unreachable();
}

/* -1 for anything else */
static int number(const char *text)
{
	int value = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (*text - '0');
	return *text ? -1 : value;
}

__attribute__((noreturn, used)) void load(char **arguments)
{
	struct image image;

	stream.fd = number(arguments[2]);
	ledger = number(arguments[3]);
	empty_address_space();
	if (channel_put(&stream, CR_READY, 0, NULL, 0))
		SYS(exit_group, 1);
	image = receive_image();
	map_image(&image);
	receive_memory();
	protect_image(&image);
	enter(&image);
}

/* The kernel's stack is about to go; the arguments on it are read first: [0] count, [1] name, [2] and [3] descriptors. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	lea loader_stack_end(%rip), %rsp\n"
	"	call load\n"
	".bss\n"
	".balign 64\n"
	"	.skip 65536\n"
	"loader_stack_end:\n"
	".text\n");

// SPDX-License-Identifier: GPL-2.0-only
#include "heap.h"

#include <stdbool.h>
#include <stdlib.h>

static bool before(const struct arrival *a, const struct arrival *b)
{
	if (a->at != b->at) return a->at < b->at;
	if (a->source != b->source) return a->source < b->source;
	if (a->number != b->number) return a->number < b->number;
	return a->copy < b->copy;
}

static void swap(struct arrival *a, struct arrival *b)
{
	struct arrival kept = *a;
	*a = *b;
	*b = kept;
}

void heap_put(struct heap *heap, struct arrival arrival)
{
	if (heap->count == heap->room) {
		heap->room = heap->room ? 2 * heap->room : 64;
		heap->entries = realloc(heap->entries, (size_t)heap->room * sizeof(arrival));
		if (!heap->entries) abort();
	}
	int at = heap->count++;
	heap->entries[at] = arrival;
	for (; at && before(&heap->entries[at], &heap->entries[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&heap->entries[at], &heap->entries[(at - 1) / 2]);
}

const struct arrival *heap_first(const struct heap *heap)
{
	return heap->count ? heap->entries : NULL;
}

struct arrival heap_take(struct heap *heap)
{
	struct arrival first = heap->entries[0];

	heap->entries[0] = heap->entries[--heap->count];
	for (int at = 0;;) {
		int least = at;
		for (int child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < heap->count && before(&heap->entries[child], &heap->entries[least])) least = child;
		if (least == at) return first;
		swap(&heap->entries[at], &heap->entries[least]);
		at = least;
	}
}

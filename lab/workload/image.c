// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include "monotonic.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The reader wakes at most this often: small slices disturb the other threads least, wake-ups cost time. */
#define SLICE_NS (10 * NS_PER_MS)
#define SLICE_MIN (4 * STREAM_BLOCK)

static uint64_t slice_bytes(const struct image *image)
{
	uint64_t slice = image->pass_ns ? (uint64_t)((double)image->bytes * SLICE_NS / image->pass_ns) : image->bytes;

	return slice < SLICE_MIN ? SLICE_MIN : slice;
}

static void check_slice(struct image *image, uint64_t at, uint64_t length)
{
	struct stream_verdict verdict = stream_check(image->stream, at, image->memory + at, length);

	if (!verdict.wrong)
		return;
	atomic_fetch_add(&image->wrong, verdict.wrong);
	stream_fill(image->stream, at, image->memory + at, length);
}

static void pause_after(struct image *image, uint64_t length, uint64_t spent_ns)
{
	uint64_t share_ns = (uint64_t)((double)image->pass_ns * length / image->bytes);
	uint32_t rings = bell_rings(image->bell);

	/* spent_ns is nonsense after a jump of the clock: then the pause is left out or full, either is fine. */
	if (!atomic_load(&image->stop) && share_ns > spent_ns)
		bell_wait(image->bell, rings, share_ns - spent_ns);
}

static void *reader(void *argument)
{
	struct image *image = argument;
	uint64_t slice = slice_bytes(image), at = 0;

	while (!atomic_load(&image->stop)) {
		uint64_t begin_ns = monotonic_ns();
		uint64_t length = image->bytes - at < slice ? image->bytes - at : slice;

		atomic_store(&image->tid, (int)syscall(SYS_gettid));
		check_slice(image, at, length);
		at += length;
		if (at == image->bytes) {
			at = 0;
			atomic_fetch_add(&image->passes, 1);
		}
		pause_after(image, length, monotonic_ns() - begin_ns);
	}
	return NULL;
}

bool image_start(struct image *image, uint64_t bytes, uint64_t seed, uint64_t pass_ns, struct bell *bell)
{
	*image = (struct image){ .bytes = bytes, .pass_ns = pass_ns, .bell = bell };
	if (!bytes)
		return true;
	image->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (image->memory == MAP_FAILED)
		return false;
	image->stream = stream_named(seed, STREAM_IMAGE, 0);
	stream_fill(image->stream, 0, image->memory, bytes);
	errno = pthread_create(&image->thread, NULL, reader, image);
	return !errno;
}

void image_finish(struct image *image)
{
	if (!image->bytes)
		return;
	atomic_store(&image->stop, true);
	bell_ring(image->bell);
	pthread_join(image->thread, NULL);
	check_slice(image, 0, image->bytes);
	atomic_fetch_add(&image->passes, 1);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Random bits of a state turned over. */
#include <stdlib.h>

#include "selftest.h"
#include "tamper.h"

/* xorshift64* (Vigna, 2016). */
uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

/* Offsets of headers and scalars: what has a meaning to the module. Payload of queues is any byte. */
static size_t list_meaningful(const struct state *s, uint32_t *offsets)
{
	size_t count = 0;

	attribute_for_each(at, s) {
		bool queue = attribute_is_queue(attribute_at(s, at)->nla_type & NLA_TYPE_MASK);
		size_t len = queue ? NLA_HDRLEN : attribute_at(s, at)->nla_len;

		for (size_t i = 0; i < len; i++)
			offsets[count++] = at + i;
	}
	return count;
}

unsigned int try_flips(const struct state *s, unsigned int count, uint64_t seed)
{
	struct trial t = trial_begin("flips", s);
	uint32_t *offsets = calloc(s->size, sizeof(*offsets));
	size_t meaningful;

	if (!offsets)
		die("memory");
	meaningful = list_meaningful(s, offsets);
	for (unsigned int i = 0; i < count; i++) {
		struct state changed = state_copy(s, 0);

		for (unsigned int bits = 1 + random_next(&seed) % 4; bits; bits--) {
			uint64_t r = random_next(&seed);
			size_t at = r % 8 ? offsets[(r >> 8) % meaningful] : (r >> 8) % s->size;

			changed.bytes[at] ^= 1 << (r >> 3) % 8;
		}
		trial_attempt(&t, &changed, scalars_are_lawful(&changed, s) ? EITHER : REFUSED, "flip", i);
		state_free(&changed);
	}
	free(offsets);
	return trial_end(&t);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inputs, and where they come from: a state that a kernel exported, and the numbers from which its changes follow one after
 * the other. As text `NAME:HEX:HEX`. Whoever has the exported states can make any input again.
 */
#ifndef TCPMIG_FUZZ_CORPUS_H
#define TCPMIG_FUZZ_CORPUS_H

#include "../selftest/attribute.h"

#define STEPS_MAX 8
#define INPUT_TEXT_MAX 192
/* Bytes of an exported state that is taken, and of an input that comes of it. */
#define SEED_MAX (128u << 10)
#define INPUT_MAX (256u << 10)

struct input {
	uint32_t seed;                  /* which exported state */
	uint32_t steps;
	uint32_t step[STEPS_MAX];
};

struct seed {
	char name[64];
	struct state state;
};

struct corpus {
	struct seed *seeds;
	uint32_t seeds_count;
	struct input *inputs;           /* each brought something new */
	uint32_t inputs_count, inputs_room;
};

/* Attributes from the first byte to the last, whatever they are. */
bool can_be_walked(const struct state *s);

/* Every state in the folder. Ends the program when there is none. */
void corpus_read_seeds(struct corpus *c, const char *folder);
/* One input a line; those of states that are not there are left out. No file is an empty one. */
void corpus_read_inputs(struct corpus *c, const char *path);
void corpus_keep(struct corpus *c, const struct input *i);

/* False when the text is no input of this corpus. */
bool input_parse(struct input *i, const struct corpus *c, const char *text);
/* Until the next call. */
const char *input_text(const struct input *i, const struct corpus *c);
/* The input's bytes, with this port of the peer's before anything is changed. The caller frees them. */
struct state input_make(const struct input *i, const struct corpus *c, uint16_t rport);

#endif

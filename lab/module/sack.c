// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the next acknowledgement says of the pieces out of order (RFC 2018), both ways. The kernel relies on it that a
 * block is of bytes in that queue: when RCV.NXT comes into one it comes to its end too (tcp_sack_remove).
 */
#include "module.h"
#include "state.h"

static_assert(ARRAY_SIZE(((struct tcpmig_state *)0)->sack) == TCP_NUM_SACKS);

void tcpmig_sacks_export(const struct tcp_sock *tp, struct tcpmig_state *s)
{
	s->sacks = tp->rx_opt.num_sacks;
	memcpy(s->sack, tp->selective_acks, sizeof(s->sack));
	s->dsack = tp->rx_opt.dsack;
	memcpy(&s->dsack_block, tp->duplicate_sack, sizeof(s->dsack_block));
}

/* A block of no bytes, or of more than half the sequence space, is in no run. */
static bool run_has(const struct tcpmig_sack_run *run, const struct tcp_sack_block *block)
{
	return before(block->start_seq, block->end_seq) && !before(block->start_seq, run->start) &&
	       !after(block->end_seq, run->end);
}

void tcpmig_sacks_judge_piece(const struct tcpmig_state *s, struct tcpmig_sack_run *run, u32 seq, u32 end)
{
	unsigned int i;

	if (seq != run->end)
		run->start = seq;
	run->end = end;
	for (i = 0; i < s->sacks; i++)
		if (run_has(run, &s->sack[i]))
			run->proven |= BIT(i);
}

bool tcpmig_sacks_are_proven(const struct tcpmig_state *s, const struct tcpmig_sack_run *run)
{
	return run->proven == BIT(s->sacks) - 1;
}

void tcpmig_sacks_import(struct tcp_sock *tp, const struct tcpmig_state *s)
{
	tp->rx_opt.num_sacks = s->sacks;
	memcpy(tp->selective_acks, s->sack, sizeof(s->sack));
	tp->rx_opt.dsack = s->dsack;
	memcpy(tp->duplicate_sack, &s->dsack_block, sizeof(s->dsack_block));
}

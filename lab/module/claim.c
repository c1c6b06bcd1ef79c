// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose a frozen socket is. It looks closed, and a closed one can be frozen: without this two sessions that are
 * attached to one connection would both own it.
 */
#include <linux/hashtable.h>
#include <linux/spinlock.h>

#include "module.h"

static DEFINE_HASHTABLE(claims, 10);
static DEFINE_SPINLOCK(claims_lock);

bool tcpmig_claim(struct tcpmig_frozen *f, const struct sock *sk)
{
	const struct tcpmig_frozen *other;
	bool is_free = true;

	spin_lock(&claims_lock);
	hash_for_each_possible(claims, other, claim, (unsigned long)sk)
		is_free &= other->sk != sk;
	if (is_free) {
		f->sk = sk;
		hash_add(claims, &f->claim, (unsigned long)sk);
	}
	spin_unlock(&claims_lock);
	return is_free;
}

void tcpmig_unclaim(struct tcpmig_frozen *f)
{
	if (!f->sk)
		return;
	spin_lock(&claims_lock);
	hash_del(&f->claim);
	spin_unlock(&claims_lock);
	f->sk = NULL;
}

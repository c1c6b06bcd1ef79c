// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "server.h"

struct together {
	pthread_mutex_t lock;        /* of all that follows */
	pthread_cond_t changed;
	unsigned int told;           /* to join */
	unsigned int joined, left;   /* of them */
	unsigned int holders;        /* threads that will look at this again */
	bool over, passed;
	struct connection *members[]; /* the leader is the first */
};

struct together *together_new(unsigned int most)
{
	struct together *t = calloc(1, sizeof(*t) + most * sizeof(struct connection *));

	if (!t)
		return NULL;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	t->holders = 1;
	return t;
}

/* With the lock, which goes. */
static void let_go(struct together *t)
{
	bool last = !--t->holders;

	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void together_tell(struct together *t)
{
	pthread_mutex_lock(&t->lock);
	t->told++;
	t->holders++;
	pthread_mutex_unlock(&t->lock);
}

bool together_join(struct together *t, struct connection *c)
{
	bool passed;

	pthread_mutex_lock(&t->lock);
	t->members[1 + t->joined++] = c;
	pthread_cond_broadcast(&t->changed);
	while (!t->over)
		pthread_cond_wait(&t->changed, &t->lock);
	passed = t->passed;
	let_go(t);
	return !passed;
}

void together_leave(struct together *t)
{
	pthread_mutex_lock(&t->lock);
	t->left++;
	let_go(t);
}

static void set_leader(struct together *t, struct connection *leader)
{
	for (unsigned int i = 0; i < 1 + t->joined; i++) {
		struct connection *c = t->members[i];

		pthread_mutex_lock(&c->lock);
		c->leader = leader;
		pthread_mutex_unlock(&c->lock);
	}
}

unsigned int together_gather(struct together *t, struct connection *leader, struct connection ***members)
{
	pthread_mutex_lock(&t->lock);
	while (t->joined + t->left < t->told)
		pthread_cond_wait(&t->changed, &t->lock);
	pthread_mutex_unlock(&t->lock);
	t->members[0] = leader;
	set_leader(t, leader);
	*members = t->members;
	return 1 + t->joined;
}

void together_end(struct together *t, bool passed)
{
	pthread_mutex_lock(&t->lock);
	if (t->members[0])
		set_leader(t, NULL);
	t->over = true;
	t->passed = passed;
	let_go(t);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The natural end: what is under way arrives, more follows in both directions where that is still possible, then FINs. */
#include <errno.h>

#include "say.h"
#include "verbs.h"

#define MORE 3000
#define ROOM 100000

/* The peer's FIN is acknowledged, and no socket is left but TIME_WAIT. */
static void close_down(struct trial *t)
{
	if (!t->node.fin)
		node_shutdown(t);
	arrived(t);
	if (!t->peer.fin)
		peer_fin(t);
	if (t->node.fd >= 0) {
		node_read_end(t);
		acknowledged(t);
		node_close(t);
	}
	acknowledged(t);
	for (int m = 0; m < MACHINES; m++)
		prove_absent(t, m, m == t->at);
}

void finish(struct trial *t)
{
	bool owned = t->node.fd >= 0;

	t->peer.acks = true;
	t->peer.ack = t->seen.nxt;
	peer_window(t, ROOM);
	arrived(t);
	if (t->peer.ahead != t->peer.nxt)
		peer_fill(t);
	if (owned)
		node_read(t, peer_sent(t) - t->node.read);
	if (owned && !t->peer.fin) {
		peer_send(t, MORE);
		node_read(t, MORE);
	}
	if (owned && !t->node.fin) {
		node_send(t, MORE);
		arrived(t);
	}
	close_down(t);
}

/* Of a connection in CLOSE, what is left to the program. */
void finish_nothing(struct trial *t)
{
	node_read(t, peer_sent(t) - t->node.read);
	if (t->peer.reset)
		node_read_error(t, ECONNRESET);
	else
		node_read_end(t);
	node_close(t);
}

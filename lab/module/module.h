/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the module show each other. */
#ifndef _TCPMIG_MODULE_H
#define _TCPMIG_MODULE_H

#undef pr_fmt
#define pr_fmt(fmt) "tcpmig: " fmt

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "uapi/tcpmig.h"
#include "tuple.h"
#include "compat/compat.h"

struct tcpmig_state;
struct tcpmig_writer;
struct tcpmig_queue_bytes;
struct tcpmig_built;

/* stats.c. A counter for every drop and refusal; shown by these names. Any context. */
#define TCPMIG_COUNTERS(F) \
	F(frozen) F(committed) F(aborted) F(parsed) F(judged) F(built) F(activated) F(discarded) \
	F(handshakes_lost) F(queued) \
	F(captured) F(capture_duplicates) F(capture_over_limit) F(capture_no_memory) F(reinjected) F(reinject_stale) \
	F(capture_purged) \
	F(group_frames) F(tcp_unowned_dropped) F(tcp_syn_accepted) F(tcp_syn_dropped) F(tcp_timewait_released) \
	F(tcp_malformed_dropped) F(icmp_requests_answered) F(icmp_requests_dropped) F(icmp_others_passed) \
	F(other_accepted) F(other_dropped)

#define TCPMIG_COUNTER(name) TCPMIG_COUNT_##name,
enum tcpmig_counter { TCPMIG_COUNTERS(TCPMIG_COUNTER) TCPMIG_COUNTER_MAX };
#undef TCPMIG_COUNTER

#define tcpmig_count(name) tcpmig_count_add(TCPMIG_COUNT_##name, 1)
void tcpmig_count_add(enum tcpmig_counter which, u64 n);
/* Counts a refusal and hands it on. */
u32 tcpmig_count_refusal(u32 refusal);
int tcpmig_stats_init(void);
void tcpmig_stats_exit(void);

/* As the kernel's own inet_sk_state_store, without its trace event and counters: the move is no state change. */
static inline void tcpmig_tcp_state_store(struct sock *sk, int state)
{
	/* Pairs with the lockless readers of sk_state: what was set before is seen with it. */
	smp_store_release(&sk->sk_state, state);
}

int tcpmig_state_init(void);

/* hook.c */
int tcpmig_hook_init(void);
void tcpmig_hook_exit(void);
/* As if the hook had let it pass. RCU, BH disabled. */
void tcpmig_deliver(struct net *net, u8 family, struct sk_buff *skb);

/* capture.c */
struct tcpmig_capture_queue;

struct tcpmig_capture_counts {
	u32 captured, duplicates, reinjected, stale, dropped;
};

/* Segments of the tuple are kept from now on. -EADDRINUSE when another session does that. Process context. */
struct tcpmig_capture_queue *tcpmig_capture_start(struct net *net, const struct tcpmig_tuple *tuple);
bool tcpmig_capture_active(struct net *net, const struct tcpmig_tuple *tuple);
/* Hands the segments to the stack in order and ends the capture; sk (not locked by the caller) says what it has. It is
 * NULL of a listening socket: what is for no connection or handshake by then is forgotten. */
void tcpmig_capture_release(struct tcpmig_capture_queue *queue, const struct sock *sk);
/* Ends the capture and forgets the segments. */
void tcpmig_capture_purge(struct tcpmig_capture_queue *queue);
void tcpmig_capture_read(struct tcpmig_capture_queue *queue, struct tcpmig_capture_counts *counts);
void tcpmig_capture_free(struct tcpmig_capture_queue *queue);
/* NF_STOLEN when kept or dropped, else NF_ACCEPT. LOCAL_IN, BH disabled, under RCU. */
unsigned int tcpmig_capture_segment(struct sk_buff *skb, const struct nf_hook_state *state);

/* cluster.c: the single IP address. */
int tcpmig_cluster_init(void);
void tcpmig_cluster_exit(void);
unsigned int tcpmig_cluster_verdict(struct sk_buff *skb, const struct nf_hook_state *state);
/* Whose SYNs to a port this node answers, a bit for each node. False without a cluster of at most 32 nodes. */
bool tcpmig_cluster_share(__be16 port, u32 *share);
void tcpmig_cluster_share_set(__be16 port, u32 share);

/* eligible.c: enum tcpmig_refusal. The caller holds the socket's lock. */
#define TCPMIG_MOVABLE_STATES \
	(TCPF_ESTABLISHED | TCPF_SYN_SENT | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSE_WAIT | TCPF_LAST_ACK | \
	 TCPF_CLOSING | TCPF_LISTEN | TCPF_CLOSE)
/* What accept can return (inet_accept), and the state in which nothing is said any more. */
#define TCPMIG_WAITING_STATES (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_CLOSE)
u32 tcpmig_sock_refusal(struct sock *sk);
bool tcpmig_sock_movable(const struct sock *sk);

/* tuple.c */
struct tcpmig_segment {
	struct tcpmig_tuple tuple;
	const struct tcphdr *th;
	int payload;            /* offset from skb->data */
};

void tcpmig_sock_tuple(const struct sock *sk, struct tcpmig_tuple *tuple);
/* False when the buffer, at LOCAL_IN, is no whole TCP segment. */
bool tcpmig_segment_read(struct sk_buff *skb, struct tcpmig_segment *seg);
u32 tcpmig_tuple_hash(const struct tcpmig_tuple *tuple);
/* With a reference for sock_gen_put, or NULL. Not only a full socket. */
struct sock *tcpmig_tuple_lookup(struct net *net, const struct tcpmig_tuple *tuple);
/* enum tcpmig_refusal: whether a connection of this tuple can come. Process context. */
u32 tcpmig_tuple_refusal(struct net *net, const struct tcpmig_tuple *tuple);
/* The same of a listening socket; with `shares` it may be one of several (SO_REUSEPORT). */
u32 tcpmig_listener_refusal(struct net *net, const struct tcpmig_tuple *tuple, bool shares, bool v6only);

static inline bool tcpmig_tuple_same(const struct tcpmig_tuple *a, const struct tcpmig_tuple *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* queue.c. The caller holds the socket's lock. */
void tcpmig_queues_measure(struct sock *sk, struct tcpmig_queue_bytes *bytes);
int tcpmig_queues_encode(struct tcpmig_writer *w, struct sock *sk);
int tcpmig_queues_check(struct tcpmig_state *s, const void *data, size_t size);
int tcpmig_queue_import(struct sock *sk, u16 attr, const void *data, size_t size);
/* ofo.c */
int tcpmig_fin_import(struct sock *sk, u32 seq);
int tcpmig_ofo_import(struct sock *sk, const void *data, size_t size);

/* handshake.c: of a listening socket that no segment finds. A timer that is stopped stays pending, as it has a
 * reference to its handshake: it is only far away. */
#define TCPMIG_TIMER_STOPPED (HZ * 3600 * 24)

struct tcpmig_handshakes {
	unsigned int count;
	struct request_sock **of;       /* with references */
	struct tcpmig_handshake *state; /* of each */
};

int tcpmig_handshakes_freeze(struct sock *listener, struct tcpmig_handshakes *h);
void tcpmig_handshakes_start(struct tcpmig_handshakes *h);
void tcpmig_handshakes_drop(struct sock *listener, struct tcpmig_handshakes *h);
void tcpmig_handshakes_forget(struct tcpmig_handshakes *h);
int tcpmig_handshakes_encode(struct tcpmig_writer *w, const struct tcpmig_handshakes *h);

/* stream.c: all of `size` bytes, or an error in the middle. Process context. */
int tcpmig_stream_write(int fd, void *data, size_t size);
int tcpmig_stream_read(int fd, void *data, size_t size);

/* saved_syn.c: TCP_SAVE_SYN. */
int tcpmig_saved_syn_encode(struct tcpmig_writer *w, const struct saved_syn *syn);
int tcpmig_saved_syns_check(struct tcpmig_state *s, const void *data, size_t size);
struct saved_syn *tcpmig_saved_syn_make(const struct nlattr *a);

/* export.c. The caller holds a reference to the socket, not its lock. */
struct tcpmig_frozen {
	struct hlist_node claim;
	const struct sock *sk;  /* claimed */
	int tcp_state;
	struct tcpmig_capture_queue *capture;
	struct tcpmig_state *state;
	struct tcpmig_handshakes handshakes;
};

/* claim.c: from FREEZE until the session is done with the socket, which may not be touched any more then. Process
 * context. False when another session has it. */
bool tcpmig_claim(struct tcpmig_frozen *f, const struct sock *sk);
void tcpmig_unclaim(struct tcpmig_frozen *f);

/* listener.c: a listening socket on both machines. The caller holds its lock, but for thaw and activate. */
int tcpmig_listener_freeze(struct sock *sk, struct tcpmig_frozen *f);
void tcpmig_listener_thaw(struct sock *sk, struct tcpmig_frozen *f);
/* -EBUSY while connections wait to be accepted. */
int tcpmig_listener_commit(struct sock *sk, struct tcpmig_frozen *f);
int tcpmig_listener_build(struct socket *sock, struct tcpmig_built *built, u32 *refusal);
void tcpmig_listener_activate(struct sock *sk, struct tcpmig_built *built, struct tcpmig_capture_queue *capture);
void tcpmig_listener_discard(struct sock *sk, struct tcpmig_built *built);

/* waiting.c: connections in the accept queue of a listening socket, which has a reference to them. */
/* With a reference; NULL beyond the last. */
struct sock *tcpmig_waiting_find(struct sock *listener, u32 index);
/* Out of the queue, into a socket that the caller releases. */
struct socket *tcpmig_waiting_take(struct sock *listener, struct sock *sk);
/* A built connection, out of its socket and into the queue. -ENOTCONN when that no longer listens. */
int tcpmig_waiting_queue(struct sock *listener, struct socket *sock);
/* What waits is no memory group's before it is accepted. */
void tcpmig_waiting_uncharge(struct sock *sk);

/* window.c: a window that was closed, and what it was. */
struct tcpmig_window {
	bool closed;
	u32 clamp, ssthresh;
};

void tcpmig_window_close(struct sock *sk, struct tcpmig_window *w);
void tcpmig_window_open(struct sock *sk, struct tcpmig_window *w);
/* Without a word to the peer. The caller holds the socket's lock. */
void tcpmig_window_restore(struct sock *sk, struct tcpmig_window *w);

/* flush.c. *left: bytes not acknowledged. -ETIMEDOUT, -EINTR, or -ENOTCONN when the connection ended. */
int tcpmig_flush(struct sock *sk, u32 timeout_ms, u32 *left);

/* -EBUSY when another session has frozen it. */
int tcpmig_freeze(struct sock *sk, struct tcpmig_frozen *frozen, struct tcpmig_window *window);
int tcpmig_encode(struct sock *sk, const struct tcpmig_frozen *frozen, struct tcpmig_writer *w);
/* 0, or the error of a listening socket's: then it is frozen as before. */
int tcpmig_commit(struct sock *sk, struct tcpmig_frozen *frozen);
/* When tcpmig_commit cannot: -EBUSY. */
void tcpmig_commit_later(struct sock *sk, struct tcpmig_frozen *frozen);
void tcpmig_thaw(struct sock *sk, struct tcpmig_frozen *frozen);
/* Ends a connection without a segment to the peer. */
void tcpmig_destroy(struct sock *sk);

/* orphan.c: the same for a connection that no program has, which only a segment can end. The
 * caller holds the socket's lock. */
void tcpmig_orphan_destroy(struct sock *sk, const struct tcpmig_state *s);

/* import.c */
struct tcpmig_built {
	struct tcpmig_state *state;
	void *data;             /* the attributes */
	size_t size;
	struct tcpmig_handshakes handshakes;
};

/* syn.c. */
int tcpmig_handshakes_build(struct sock *listener, const struct tcpmig_built *built, struct tcpmig_handshakes *h);
int tcpmig_handshakes_check(struct tcpmig_state *s, const void *data, size_t size);

/* Takes the state over into a fresh socket, which stays silent. Says in *refusal why not. */
int tcpmig_build(struct socket *sock, struct tcpmig_built *built, u32 *refusal);

struct sockaddr_storage;
int tcpmig_address_fill(struct sockaddr_storage *a, const struct tcpmig_state *s, const u8 *address, __be16 port);
/* identity.c. Leaves the socket in repair mode. *refusal as above; the caller destroys the socket on an error. */
int tcpmig_identify(struct socket *sock, const struct tcpmig_state *s, u32 *refusal);

/* activate.c. Process context. */
void tcpmig_activate(struct sock *sk, const struct tcpmig_built *built, struct tcpmig_capture_queue *capture);
/* The caller holds the socket's lock. */
void tcpmig_timers_start(struct sock *sk, const struct tcpmig_state *s);
/* Tells the peer that somebody is there, and sends what may be sent. The caller does not hold the lock. */
void tcpmig_kick(struct sock *sk);

int tcpmig_device_init(void);
void tcpmig_device_exit(void);

#endif

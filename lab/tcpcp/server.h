/* SPDX-License-Identifier: GPL-2.0-only */
/* A server of many connections, each with a thread of its own, and the orders to pass one of them. */
#ifndef TCPCP_SERVER_H
#define TCPCP_SERVER_H

#include <libtcpmig.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/un.h>

#include "stream.h"

struct settings {
	struct sockaddr_in listen;   /* peers */
	struct sockaddr_in take;     /* servers that pass a connection */
	const char *control;         /* path of the socket for orders */
	unsigned int timeout_ms;     /* for each answer of another server */
	unsigned int doubt_s;        /* in doubt, it asks once a second, so often */
};

/* At most so many connections in one hand-over. */
#define TOGETHER_MAX 4096

enum order_kind { ORDER_NONE, ORDER_PASS, ORDER_SETTLE, ORDER_KEEP, ORDER_GIVE_UP, ORDER_JOIN };

struct together;

/* What somebody wants of a connection; its thread answers on `reply` and closes it. */
struct control_order {
	enum order_kind kind;
	struct sockaddr_in to;
	int reply;
	struct together *together;   /* of PASS and JOIN */
};

struct connection {
	struct server *server;
	struct connection *next;     /* under the server's lock, like what follows */
	bool listed;
	pthread_mutex_t lock;        /* of what follows */
	struct stream stream;
	struct control_order order;
	bool in_doubt;
	struct connection *leader;   /* hears the orders of a hand-over under way; NULL: itself */
	/* of its thread */
	int fd, wake;
	char peer[TCPMIG_END_TEXT];
};

struct server {
	const struct settings *settings;
	struct tcpmig_ledger *ledger;
	pthread_mutex_t lock;        /* of the list */
	struct connection *first;
};

int run_server(const struct settings *settings);

/* connection.c. NULL with errno. It is in the server's list when it runs. */
struct connection *connection_new(struct server *server);
void connection_free(struct connection *c);
/* The thread's life, from when its descriptor is there until the connection ends or is passed. */
void connection_serve(struct connection *c);
/* Nobody finds it any more. */
void connection_unlist(struct connection *c);
/* For its thread, and of no other: likewise, and an order that it has is answered. */
void connection_leave(struct connection *c);
/* One that is not carried out. */
void order_release(struct control_order *order);
bool thread_start(void *(*run)(void *), void *argument);
struct control_order order_take(struct connection *c);
/* ORDER_NONE when the time is up; -1: never. */
struct control_order order_await(struct connection *c, int timeout_ms);

/* together.c: connections that are passed in one hand-over. The thread of the first leads it; those of the others join, and
 * wait until it is over. */
struct together *together_new(unsigned int most);
/* Before another has its order to join: it will join or leave. */
void together_tell(struct together *t);
/* False: it is the destination's, or nobody's. */
bool together_join(struct together *t, struct connection *c);
void together_leave(struct together *t);
/* The leader and those who joined, when no other will; till the end they do nothing, and the leader hears their orders. */
unsigned int together_gather(struct together *t, struct connection *leader, struct connection ***members);
/* The leader's last word. */
void together_end(struct together *t, bool passed);

/* passing.c. False: it is the destination's, or nobody's, and ends here. */
bool pass_on(struct connection *c, struct control_order *order);
/* arriving.c: the thread of a stream from another server. */
void *take_over(void *argument);

/* A stream of another server's. */
struct incoming {
	struct server *server;
	int stream;
};

/* control.c: the thread that hears orders. */
void *hear_orders(void *server);
/* The other side, asking.c: sends an order, and copies what is answered. The program's exit code. */
int give_order(const char *path, const char *line);
/* Until each connection that is there was served so many bytes more. */
int await_bytes(const char *path, uint64_t bytes);

/* address.c. -1 with errno; false. */
int listen_on(const struct sockaddr_in *address);
int connect_to(const struct sockaddr_in *address, unsigned int timeout_ms);
bool control_address(const char *path, struct sockaddr_un *address);
bool parse_address(const char *text, struct sockaddr_in *address);

#endif

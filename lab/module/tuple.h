/* SPDX-License-Identifier: GPL-2.0-only */
/* The addresses of a tuple in the kernel's types. */
#ifndef _TCPMIG_TUPLE_H
#define _TCPMIG_TUPLE_H

#include <net/ipv6.h>

#include "uapi/tcpmig.h"

static inline const struct in6_addr *tcpmig_tuple_laddr6(const struct tcpmig_tuple *t)
{
	return (const struct in6_addr *)t->laddr;
}

static inline const struct in6_addr *tcpmig_tuple_raddr6(const struct tcpmig_tuple *t)
{
	return (const struct in6_addr *)t->raddr;
}

/* Of the segments; the socket may be of AF_INET6. */
static inline bool tcpmig_tuple_is_ipv4(const struct tcpmig_tuple *t)
{
	return ipv6_addr_v4mapped(tcpmig_tuple_laddr6(t));
}

static inline __be32 tcpmig_tuple_laddr4(const struct tcpmig_tuple *t)
{
	return tcpmig_tuple_laddr6(t)->s6_addr32[3];
}

static inline __be32 tcpmig_tuple_raddr4(const struct tcpmig_tuple *t)
{
	return tcpmig_tuple_raddr6(t)->s6_addr32[3];
}

/* Of a listening socket. */
static inline bool tcpmig_tuple_is_listener(const struct tcpmig_tuple *t)
{
	return !t->rport;
}

/* 0.0.0.0 or ::. */
static inline bool tcpmig_tuple_is_any(const struct tcpmig_tuple *t)
{
	return ipv6_addr_any(tcpmig_tuple_laddr6(t)) || (tcpmig_tuple_is_ipv4(t) && !tcpmig_tuple_laddr4(t));
}

#endif

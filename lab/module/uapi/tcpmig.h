/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tcpmig: move a live TCP connection between two machines of a single-IP cluster.
 *
 * One open of /dev/tcpmig is one session: it holds at most one connection, either on its way out (origin) or on its
 * way in (destination). Closing the descriptor ends the session; what that does depends on how far it came:
 *
 *	origin:       ATTACH -> FREEZE -> GET -> COMMIT            close before COMMIT = ABORT (the connection goes on)
 *	destination:  CAPTURE -> SET -> ACTIVATE                   close before ACTIVATE = nothing is left behind;
 *	                                                          captured segments are dropped, the peer resends them
 *
 * The order is that of Gerofi, Fujita, Ishikawa: TCPmig, sections 4.1 and 4.2.
 *
 * All calls need CAP_NET_ADMIN in the user namespace that owns the caller's network namespace (else -EPERM).
 * A call out of order gives -EBADFD. Addresses and ports are in network byte order, everything else in host order.
 */
#ifndef _UAPI_TCPMIG_H
#define _UAPI_TCPMIG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPMIG_DEVICE "/dev/tcpmig"

/* The four numbers that name an IPv4 connection, seen from the node that owns it. */
struct tcpmig_tuple {
	__be32 laddr;
	__be32 raddr;
	__be16 lport;
	__be16 rport;
};

/* Why a connection was refused; a name for each in TCPMIG_REFUSED_NAMES. */
enum tcpmig_refusal {
	TCPMIG_OK = 0,
	TCPMIG_NOT_TCP,        /* not a TCP socket */
	TCPMIG_NOT_IPV4,       /* AF_INET6, mapped addresses included */
	TCPMIG_STATE,          /* neither ESTABLISHED nor CLOSE_WAIT */
	TCPMIG_ULP,            /* TLS or another upper layer protocol */
	TCPMIG_MD5_AO,         /* RFC 2385 or RFC 5925 signatures */
	TCPMIG_MPTCP,          /* subflow of a multipath connection */
	TCPMIG_FASTOPEN,       /* data sent in the SYN not yet acknowledged */
	TCPMIG_URGENT,         /* urgent data pending */
	TCPMIG_REPAIR,         /* someone else has the socket in repair mode */
	TCPMIG_ZEROCOPY,       /* zero-copy pages pending in the send queue */
	TCPMIG_BPF,            /* sockmap or another program owns the socket's callbacks */
	TCPMIG_ROUTE,          /* bound to a device, or with IP options: the destination may differ */
	TCPMIG_TUPLE_IN_USE,   /* destination: a connection with this tuple exists */
	TCPMIG_PORT_IN_USE,    /* destination: the local port is bound without a way to share it */
	TCPMIG_NO_ADDRESS,     /* destination: the local address is not on this machine */
	TCPMIG_CAPTURED,       /* destination: another session captures this tuple */
	TCPMIG_BAD_STATE,      /* destination: SET: an attribute is missing, unknown or out of range (see dmesg) */
	__TCPMIG_REFUSAL_MAX
};

#define TCPMIG_REFUSED_NAMES { \
	"ok", "not-tcp", "not-ipv4", "state", "ulp", "md5-ao", "mptcp", "fastopen", "urgent", "repair", "zerocopy", \
	"bpf", "route", "tuple-in-use", "port-in-use", "no-address", "captured", "bad-state" }

/* ATTACH: take hold of a connection (nothing is frozen; may be repeated, also only to check a socket). */
struct tcpmig_attach {
	__s32 fd;                    /* in: the socket */
	__u32 refusal;               /* out: enum tcpmig_refusal, when the call fails with -EOPNOTSUPP */
	__u32 state;                 /* out: enum of linux/tcp_states: 1 ESTABLISHED, 8 CLOSE_WAIT */
	struct tcpmig_tuple tuple;   /* out */
};

/* CAPTURE: store segments for this tuple instead of delivering them (paper 4.1 step 1). With TCPMIG_CAPTURE_CHECK
 * only answers whether it would be granted. */
struct tcpmig_capture {
	struct tcpmig_tuple tuple;   /* in */
	__u32 flags;                 /* in */
	__u32 refusal;               /* out: when the call fails with -EADDRINUSE, -EADDRNOTAVAIL or -EOPNOTSUPP */
};
#define TCPMIG_CAPTURE_CHECK 1u

/* GET writes the frozen connection's state into the buffer; SET builds a socket from it.
 * The contents are netlink attributes (enum tcpmig_attr), opaque to the tool that carries them.
 * GET with too small a buffer: -EMSGSIZE, and size says what is needed; the state stays frozen. */
struct tcpmig_buffer {
	__u64 addr;                  /* in: user address */
	__u32 size;                  /* in: bytes there; out: bytes written or needed */
	__u32 refusal;               /* out: SET, with -EBADMSG */
	__s32 fd;                    /* out: SET: the new socket, close-on-exec; not yet talking to the peer */
	__u32 pad;
};

/* STATUS: what the session has done so far. */
struct tcpmig_status {
	__u64 freeze_ns;             /* CLOCK_MONOTONIC when the connection was unhashed (0: not yet) */
	__u64 activate_ns;           /* CLOCK_MONOTONIC when the capture was released (0: not yet) */
	__u32 captured;              /* segments stored */
	__u32 duplicates;            /* segments seen again and not stored */
	__u32 reinjected;            /* segments given to the socket */
	__u32 dropped;               /* segments not stored: no memory, or over the limit */
	__u32 rcv_queue_bytes, ofo_queue_bytes, rtx_queue_bytes, write_queue_bytes;
};

#define TCPMIG_IOC 0xB7
#define TCPMIG_IOC_ATTACH   _IOWR(TCPMIG_IOC, 1, struct tcpmig_attach)
#define TCPMIG_IOC_FREEZE   _IO(TCPMIG_IOC, 2)
#define TCPMIG_IOC_GET      _IOWR(TCPMIG_IOC, 3, struct tcpmig_buffer)
#define TCPMIG_IOC_COMMIT   _IO(TCPMIG_IOC, 4)
#define TCPMIG_IOC_ABORT    _IO(TCPMIG_IOC, 5)
#define TCPMIG_IOC_CAPTURE  _IOWR(TCPMIG_IOC, 6, struct tcpmig_capture)
#define TCPMIG_IOC_SET      _IOWR(TCPMIG_IOC, 7, struct tcpmig_buffer)
#define TCPMIG_IOC_ACTIVATE _IO(TCPMIG_IOC, 8)
#define TCPMIG_IOC_STATUS   _IOR(TCPMIG_IOC, 9, struct tcpmig_status)

#endif /* _UAPI_TCPMIG_H */

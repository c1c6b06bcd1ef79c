/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * tcpmig: move a live TCP connection between two machines of a single-IP cluster.
 *
 * One open of /dev/tcpmig is one session: it holds at most one connection, either on its way out (origin) or on its
 * way in (destination). Closing the descriptor ends the session; what that does depends on how far it came:
 *
 *	origin:       ATTACH -> FREEZE -> GET -> COMMIT            close before COMMIT = ABORT (the connection goes on),
 *	                                                          after HOLD = COMMIT; FLUSH and WINDOW before FREEZE
 *	destination:  CAPTURE -> SET -> ACTIVATE                   close before ACTIVATE = nothing is left behind;
 *	                                                          captured segments are dropped, the peer resends them
 *
 * A listening socket takes the same way, with zeros for the remote end, and its handshakes with it. Each connection
 * that waits in its accept queue goes in a session of its own:
 *
 *	origin:       the listener: ATTACH -> FREEZE; then for each: WAITING -> FREEZE -> GET -> COMMIT;
 *	              the listener: COMMIT
 *	destination:  the listener: CAPTURE -> SET; then for each: CAPTURE -> SET -> QUEUE -> ACTIVATE;
 *	              the listener: ACTIVATE
 *
 * The order is that of Gerofi, Fujita, Ishikawa: TCPmig, sections 4.1 and 4.2.
 *
 * All calls need CAP_NET_ADMIN in the user namespace that owns the caller's network namespace (else -EPERM).
 * A call out of order gives -EBADFD. Addresses and ports are in network byte order, everything else in host order.
 *
 * From FREEZE to COMMIT or ABORT, and from SET to ACTIVATE, no thread may use the socket: the caller keeps the owner
 * stopped. The module itself sends nothing for it in that time, and no timer of it does anything.
 *
 * The single IP address (module parameters address, device, group, nodes, node; the same on every node but the last):
 * every node hears every frame for the group MAC, and exactly one answers:
 *	- a TCP segment goes to the node that has a socket for its connection; the others drop it without a RST;
 *	- a SYN that no node has a socket for belongs to node jhash(raddr, rport:lport) % nodes, which accepts it, or
 *	  answers a closed port with a RST; after its listening socket has moved, to the node where that is now;
 *	- UDP, ICMP requests and all else belong to node jhash(raddr) % nodes;
 *	- ICMP errors and replies are never answered, so every node may look whether they are for one of its sockets.
 * The counters are in /proc/net/tcpmig, one `name value` a line.
 */
#ifndef _UAPI_TCPMIG_H
#define _UAPI_TCPMIG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPMIG_DEVICE "/dev/tcpmig"

/* What names a connection, seen from the node that owns it. IPv4 addresses are IPv4-mapped (RFC 4291, 2.5.5.2),
 * whatever the family of the socket. A listening socket has zeros for the remote end. */
struct tcpmig_tuple {
	__u8 laddr[16];
	__u8 raddr[16];
	__be16 lport;
	__be16 rport;
};

/* Why a connection was refused; a name for each in TCPMIG_REFUSED_NAMES. */
enum tcpmig_refusal {
	TCPMIG_OK = 0,
	TCPMIG_NOT_TCP,        /* not a TCP socket */
	TCPMIG_LINK_LOCAL,     /* an IPv6 address of one link: the destination's links are others */
	TCPMIG_STATE,          /* never connected */
	TCPMIG_TIME_WAIT,      /* only TIME_WAIT is left of it: nothing of a program's */
	TCPMIG_HANDSHAKE,      /* a handshake that the peer has not finished: it belongs to its listening socket */
	TCPMIG_OWNED,          /* attached by its tuple, but a program has it: attach by descriptor */
	TCPMIG_ULP,            /* TLS or another upper layer protocol */
	TCPMIG_MD5_AO,         /* RFC 2385 or RFC 5925 signatures */
	TCPMIG_MPTCP,          /* subflow of a multipath connection */
	TCPMIG_FASTOPEN,       /* data sent in the SYN not yet acknowledged; a listening socket that takes such data */
	TCPMIG_REPAIR,         /* someone else has the socket in repair mode */
	TCPMIG_ZEROCOPY,       /* zero-copy pages pending in the send queue */
	TCPMIG_BPF,            /* sockmap or another program owns the socket's callbacks */
	TCPMIG_ROUTE,          /* bound to a device, or with IP options: the destination may differ */
	TCPMIG_TUPLE_IN_USE,   /* destination: a connection with this tuple exists */
	TCPMIG_PORT_IN_USE,    /* destination: the local port is bound, or listened at, without a way to share it */
	TCPMIG_NO_ADDRESS,     /* destination: the local address is not on this machine */
	TCPMIG_CAPTURED,       /* destination: another session captures this tuple */
	TCPMIG_BAD_STATE,      /* destination: SET: an attribute is missing, unknown or out of range (see dmesg) */
	__TCPMIG_REFUSAL_MAX
};

#define TCPMIG_REFUSED_NAMES { \
	"ok", "not-tcp", "link-local", "state", "time-wait", "handshake", "owned", "ulp", "md5-ao", "mptcp", \
	"fastopen", "repair", "zerocopy", "bpf", "route", "tuple-in-use", "port-in-use", "no-address", "captured", \
	"bad-state" }

/* ATTACH: take hold of a connection (nothing is frozen; may be repeated, also only to check a socket). By descriptor,
 * or, of a connection that no program has any more, by its tuple; -ENOENT when there is none of that tuple.
 *
 * States that are carried: ESTABLISHED, SYN_SENT, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, CLOSING, LAST_ACK, LISTEN, and
 * CLOSE of a socket that was connected and may have data that nobody has read. A connection in CLOSE is in no table of
 * the kernel's and has no segments: it needs no CAPTURE. */
struct tcpmig_attach {
	__s32 fd;                    /* in: the socket, or -1: by tuple */
	__u32 refusal;               /* out: enum tcpmig_refusal, when the call fails with -EOPNOTSUPP */
	__u32 state;                 /* out: enum of net/tcp_states.h, 1 ESTABLISHED to 11 CLOSING */
	struct tcpmig_tuple tuple;   /* out; in with fd -1 */
};

/* WAITING: ATTACH to a connection that waits in the accept queue of a listening socket. -EINVAL when the descriptor is
 * of none, -ENOENT behind the last. A listener that is frozen gets no more of them, and -EBUSY at COMMIT while it has
 * any. */
struct tcpmig_waiting {
	__s32 fd;                    /* in: the listening socket */
	__u32 index;                 /* in: from 0, the next to be accepted */
	__u32 refusal;               /* out, as of ATTACH */
	__u32 state;                 /* out */
	struct tcpmig_tuple tuple;   /* out */
};

/* QUEUE, with a pointer to a __s32: the descriptor of the listening socket, of the same network namespace, into whose
 * accept queue the connection goes at ACTIVATE; in the order of their ACTIVATE they are accepted. -EINVAL when it does
 * not listen, or when the connection did not wait in such a queue; without QUEUE such a one's ACTIVATE gives
 * -EDESTADDRREQ. */

/* FLUSH: wait until the peer has acknowledged all that was written, so that nothing of it need travel. The owner is
 * stopped, or there is no end. -ETIMEDOUT, -EINTR; -ENOTCONN when the connection ended meanwhile; -EOPNOTSUPP of a
 * connection that no program has. */
struct tcpmig_flush {
	__u32 timeout_ms;            /* in */
	__u32 left;                  /* out: bytes that are not acknowledged */
};

/* WINDOW, with a pointer to a __u32: 1 announces a window of zero, so that the peer pauses; 0 announces what there is
 * again. FREEZE takes the true window along, and the destination announces it. It also opens when the session ends.
 * -ENOTCONN of a listening socket. */

/* FREEZE: take the connection out of the established hash and stop its timers. Segments that still reach this node are
 * kept until COMMIT forgets them or ABORT hands them to the socket. -EOPNOTSUPP when the connection changed since
 * ATTACH and can no longer be moved, -ENOTCONN when it has ended, -EBUSY while another session has it frozen.
 * COMMIT: destroy it without a segment to the peer; its descriptors then report ECONNABORTED.
 * HOLD, between FREEZE and COMMIT: the destination may own it already, so that the end of this program, whatever it is
 * owed to, must not bring it back. Only ABORT does that now.
 * ABORT: on the origin put it back, the connection goes on; on the destination (not in the paper) forget CAPTURE and
 * SET. After ABORT the session is as new. */

/* CAPTURE: store segments for this tuple instead of delivering them (paper 4.1 step 1). With TCPMIG_CAPTURE_CHECK
 * only answers whether it would be granted. A tuple with a zero in it: -EINVAL, but for the remote end of a listening
 * socket, whose local address may also be 0.0.0.0 or ::. Then SYNs to that port are stored, and all else that is for no
 * connection here: at ACTIVATE what is for one of its handshakes is given to it, and the rest forgotten. */
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
	__s32 fd;                    /* out: SET: the new socket, close-on-exec, blocking; not yet talking to the peer.
	                              * -1 of a connection that no program had: from ACTIVATE on it is the kernel's, or
	                              * its listener's. */
	__u32 pad;
};

/* SEND and RECEIVE: the same bytes as of GET and SET, on a stream socket of the caller's that is connected to the other
 * machine, read and written by the kernel. They wait as long as the stream's SO_SNDTIMEO and SO_RCVTIMEO say, then
 * -EAGAIN, whether it blocks or not. -ENOTSOCK, -EPROTOTYPE of a socket that is no stream, -EPIPE when it ended,
 * -EINTR: what was sent or read in part stays so, and the stream is of no more use; the connection is as it was. */
struct tcpmig_stream {
	__s32 stream;                /* in */
	__u32 size;                  /* SEND: out: bytes; RECEIVE: in: bytes to read */
	__u32 refusal;               /* out: RECEIVE, as of SET */
	__s32 fd;                    /* out: RECEIVE, as of SET */
};

/* STATUS: what the session has done so far. */
struct tcpmig_status {
	__u64 freeze_ns;             /* CLOCK_MONOTONIC when the connection was unhashed (0: not yet) */
	__u64 activate_ns;           /* CLOCK_MONOTONIC when the capture was released (0: not yet) */
	__u32 captured;              /* segments stored */
	__u32 duplicates;            /* segments seen again and not stored */
	__u32 reinjected;            /* segments given to the socket */
	__u32 dropped;               /* segments not stored: no memory, or over the limit */
	__u32 stale;                 /* segments stored, but not given to the socket: it had all they say */
	__u32 pad;
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
#define TCPMIG_IOC_FLUSH    _IOWR(TCPMIG_IOC, 10, struct tcpmig_flush)
#define TCPMIG_IOC_WINDOW   _IOW(TCPMIG_IOC, 11, __u32)
#define TCPMIG_IOC_WAITING  _IOWR(TCPMIG_IOC, 12, struct tcpmig_waiting)
#define TCPMIG_IOC_QUEUE    _IOW(TCPMIG_IOC, 13, __s32)
#define TCPMIG_IOC_HOLD     _IO(TCPMIG_IOC, 14)
#define TCPMIG_IOC_SEND     _IOWR(TCPMIG_IOC, 15, struct tcpmig_stream)
#define TCPMIG_IOC_RECEIVE  _IOWR(TCPMIG_IOC, 16, struct tcpmig_stream)

/*
 * State on the wire: a sequence of netlink attributes (linux/netlink.h: struct nlattr, 4-byte aligned), in host byte
 * order of x86 but for LADDR, RADDR, LPORT and RPORT. Each scalar of the table appears once, in any order; the ones
 * marked (opt) may be absent where the origin's kernel or congestion control has no such value. Of a listening socket
 * there are only the identity, the socket options, USER_MSS, WINDOW_CLAMP, MAX_PACING_RATE, CA_NAME, and its own. SET
 * refuses what it does not know, unless its type has TCPMIG_A_OPTIONAL set: such an attribute it leaves out, so that a
 * later version may add one without which a connection is as good. SET also refuses what is there twice, out of range
 * or against the rest: TCPMIG_BAD_STATE, and nothing is left of it. Sequence numbers are absolute. An "age" is the time
 * from an event to FREEZE, a "left" the time from FREEZE until a timer's end: the destination adds them to its own
 * clock.
 */
#define TCPMIG_STATE_VERSION 4
#define TCPMIG_A_OPTIONAL    0x2000
#define TCPMIG_CHUNK_MAX     65528   /* bytes in one attribute of queue data: a whole buffer of the kernel's */
#define TCPMIG_OFO_CHUNK_MAX 32768   /* bytes in one TCPMIG_A_OFO_DATA, which shares its nest */
#define TCPMIG_STATE_MAX     (64u << 20)

/* A buffer of sent data: where it ends, and what became of it. */
struct tcpmig_sent {
	__u32 len;                   /* bytes; 0 of a SYN, or of a FIN by itself, at the end */
	__u32 age_us;                /* last sent */
	__u32 delivered;             /* segments that the peer had then, for the delivery rate */
	__u32 first_tx_age_us;
	__u32 delivered_age_us;      /* 0xffffffff: it has been counted */
	__u8 marks;                  /* 1 the peer has it, 2 sent again, 4 lost, 0x80 was sent again once (net/tcp.h) */
	__u8 flags;
	__u16 pad;
};
/* A handshake under way at a listening socket: the peer's SYN is answered, but not yet acknowledged. */
struct tcpmig_handshake {
	struct tcpmig_tuple tuple;
	__u32 rcv_isn, snt_isn;      /* of the peer's SYN, and of ours */
	__u32 tsval;                 /* what a segment sent at FREEZE would have carried */
	__u32 ts_recent;
	__u32 rcv_wnd;               /* bytes, as announced */
	__u32 window_clamp;
	__u32 age_us;                /* SYN, ACK first sent; 0xffffffff: never, or it shall measure nothing */
	__u32 left_ms;               /* until it is sent again */
	__u32 txhash;
	__u32 mark;
	__u16 mss;                   /* the peer's */
	__u8 snd_wscale, rcv_wscale; /* 0..14 */
	__u8 flags;
	__u8 retransmits, timeouts;  /* of the SYN, ACK; of the timer (7 bits) */
	__u8 syn_tos;
};
#define TCPMIG_HANDSHAKE_TSTAMP   1u
#define TCPMIG_HANDSHAKE_SACK     2u
#define TCPMIG_HANDSHAKE_WSCALE   4u
#define TCPMIG_HANDSHAKE_ECN      8u
#define TCPMIG_HANDSHAKE_ACKED   16u /* TCP_DEFER_ACCEPT: acknowledged, now for data */
#define TCPMIG_HANDSHAKE_USEC_TS 32u
#define TCPMIG_HANDSHAKE_FLAGS   63u

/* What a listening socket keeps of a SYN (TCP_SAVE_SYN): so many bytes of each header, which follow. */
struct tcpmig_saved_syn {
	__u32 mac_len, network_len, tcp_len;
};
#define TCPMIG_SAVED_SYN_MAX 2048    /* bytes of all three; a longer one stays behind */

#define TCPMIG_SENT_EOR         1u   /* MSG_EOR: never one segment with what follows */
#define TCPMIG_SENT_PUSH        2u
#define TCPMIG_SENT_APP_LIMITED 4u
#define TCPMIG_SENT_FLAGS       7u

enum tcpmig_attr {
	TCPMIG_A_UNSPEC,
	TCPMIG_A_VERSION,            /* u32 TCPMIG_STATE_VERSION */

	/* identity */
	TCPMIG_A_LADDR,              /* 16 bytes, as in struct tcpmig_tuple */
	TCPMIG_A_RADDR,              /* 16 bytes */
	TCPMIG_A_LPORT,              /* be16 */
	TCPMIG_A_RPORT,              /* be16 */
	TCPMIG_A_FAMILY,             /* u8  of the socket: 2 AF_INET, 10 AF_INET6; the addresses tell that of the
	                              *     segments */
	TCPMIG_A_TCP_STATE,          /* u8  1 ESTABLISHED, 2 SYN_SENT, 4 FIN_WAIT1, 5 FIN_WAIT2, 7 CLOSE, 8 CLOSE_WAIT,
	                              *     9 LAST_ACK, 10 LISTEN, 11 CLOSING */
	TCPMIG_A_ORPHAN,             /* u8  1: no program has it any more */
	TCPMIG_A_SHUTDOWN,           /* u8  bit 0 no more is read, bit 1 no more is written */
	TCPMIG_A_DONE,               /* u8  1: the peer's FIN, or its reset, has arrived */
	TCPMIG_A_ERROR,              /* u16 errno that the program has yet to hear of */

	/* sequence numbers (RFC 9293, 3.3.1, and linux/tcp.h) */
	TCPMIG_A_RCV_NXT,            /* u32 */
	TCPMIG_A_COPIED_SEQ,         /* u32 first byte the program has not read */
	TCPMIG_A_RCV_WUP,            /* u32 RCV.NXT when the window was last announced */
	TCPMIG_A_SND_UNA,            /* u32 */
	TCPMIG_A_SND_NXT,            /* u32 */
	TCPMIG_A_WRITE_SEQ,          /* u32 end of what the program has written */
	TCPMIG_A_SND_SML,            /* u32 end of the last small segment (Nagle, Minshall) */
	TCPMIG_A_PUSHED_SEQ,         /* u32 */

	/* urgent data (RFC 9293, 3.8.5) */
	TCPMIG_A_SND_UP,             /* u32 behind the last urgent byte; SND.UNA: none */
	TCPMIG_A_URG_DATA,           /* u16 0x400 read, 0x200 announced, 0x100 here, with the byte in the low 8 bits */
	TCPMIG_A_URG_SEQ,            /* u32 */

	/* windows, in bytes (scaled) */
	TCPMIG_A_SND_WL1,            /* u32 */
	TCPMIG_A_SND_WND,            /* u32 */
	TCPMIG_A_MAX_WINDOW,         /* u32 largest window the peer announced */
	TCPMIG_A_RCV_WND,            /* u32 */
	TCPMIG_A_RCV_SSTHRESH,       /* u32 */
	TCPMIG_A_WINDOW_CLAMP,       /* u32 */
	TCPMIG_A_RCVQ_SPACE,         /* u32 bytes read in the last round trip (receive autotuning) */
	TCPMIG_A_RCVQ_SEQ,           /* u32 where that measurement began */
	TCPMIG_A_RCVQ_AGE_US,        /* u32 */
	TCPMIG_A_RCV_RTT_US,         /* u32 */
	TCPMIG_A_RCV_RTT_SEQ,        /* u32 */
	TCPMIG_A_RCV_RTT_AGE_US,     /* u32 0xffffffff: not measured yet */
	TCPMIG_A_SCALING_RATIO,      /* u8  (opt) payload in 256 bytes of buffer */
	TCPMIG_A_RCV_MWND_SEQ,       /* u32 (opt) right edge of the largest window announced */

	/* options of the handshake and of the path */
	TCPMIG_A_WSCALE_OK,          /* u8  0, 1 */
	TCPMIG_A_SND_WSCALE,         /* u8  0..14 */
	TCPMIG_A_RCV_WSCALE,         /* u8  0..14 */
	TCPMIG_A_SACK_OK,            /* u8  bit 0 SACK permitted, bit 2 D-SACK seen */
	TCPMIG_A_TSTAMP_OK,          /* u8  0, 1 */
	TCPMIG_A_MSS_CLAMP,          /* u16 */
	TCPMIG_A_ADVMSS,             /* u16 */
	TCPMIG_A_USER_MSS,           /* u16 0: not set */
	TCPMIG_A_MSS_CACHE,          /* u16 what TCP_MAXSEG tells; of a living connection the route decides anew */
	TCPMIG_A_MTU_PROBING,        /* u8  0, 1 */
	TCPMIG_A_ECN_FLAGS,          /* u8  TCP_ECN_OK, _QUEUE_CWR, _DEMAND_CWR, _SEEN of net/tcp.h */

	/* RFC 7323 timestamps */
	TCPMIG_A_TSVAL,              /* u32 what a segment sent at FREEZE would have carried */
	TCPMIG_A_USEC_TS,            /* u8  (opt) 1: in microseconds, else milliseconds */
	TCPMIG_A_TS_RECENT,          /* u32 */
	TCPMIG_A_TS_RECENT_AGE_S,    /* u32 0xffffffff: none received */
	TCPMIG_A_RCV_TSVAL,          /* u32 */
	TCPMIG_A_RCV_TSECR,          /* u32 */
	TCPMIG_A_RCV_RTT_TSECR,      /* u32 */

	/* activity */
	TCPMIG_A_LSND_AGE_MS,        /* u32 data last sent */
	TCPMIG_A_LRCV_AGE_MS,        /* u32 data last received */
	TCPMIG_A_ACK_AGE_MS,         /* u32 acknowledgement last received */

	/* round trip, RFC 6298 */
	TCPMIG_A_SRTT_US,            /* u32 eighths */
	TCPMIG_A_MDEV_US,            /* u32 quarters */
	TCPMIG_A_MDEV_MAX_US,        /* u32 */
	TCPMIG_A_RTTVAR_US,          /* u32 */
	TCPMIG_A_RTT_SEQ,            /* u32 */
	TCPMIG_A_RTT_MIN_US,         /* u32 0xffffffff: none */
	TCPMIG_A_RTO_MS,             /* u32 */
	TCPMIG_A_RTO_MIN_MS,         /* u32 */
	TCPMIG_A_DELACK_MAX_MS,      /* u32 */
	TCPMIG_A_BACKOFF,            /* u8 */
	TCPMIG_A_RETRANSMITS,        /* u8 */

	/* timers */
	TCPMIG_A_TIMER,              /* u8  0 none, 1 retransmission, 3 zero window probe, 5 loss probe, 6 reordering */
	TCPMIG_A_TIMER_LEFT_MS,      /* u32 */
	TCPMIG_A_PROBES_OUT,         /* u8 */
	TCPMIG_A_PROBES_AGE_MS,      /* u32 0xffffffff: no probe since the window closed */
	TCPMIG_A_KEEPALIVE_LEFT_MS,  /* u32 0xffffffff: not running */
	TCPMIG_A_ACK_QUICK,          /* u8 */
	TCPMIG_A_ACK_PINGPONG,       /* u8 */
	TCPMIG_A_ACK_ATO_MS,         /* u32 */
	TCPMIG_A_ACK_LAST_SEG,       /* u16 */
	TCPMIG_A_ACK_RCV_MSS,        /* u16 */

	/* loss recovery: RFC 6675, 6937, 5682, 8985 */
	TCPMIG_A_CA_STATE,           /* u8  0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss */
	TCPMIG_A_HIGH_SEQ,           /* u32 SND.NXT when it began */
	TCPMIG_A_UNDO_MARKER,        /* u32 SND.UNA when it began; 0: nothing to take back */
	TCPMIG_A_UNDO_RETRANS,       /* s32 retransmissions not yet known to have been needless */
	TCPMIG_A_PRIOR_SSTHRESH,     /* u32 before it */
	TCPMIG_A_PRIOR_CWND,         /* u32 before it */
	TCPMIG_A_PRR_DELIVERED,      /* u32 segments */
	TCPMIG_A_PRR_OUT,            /* u32 segments */
	TCPMIG_A_RETRANS_AGE_MS,     /* u32 first retransmission; 0xffffffff: none */
	TCPMIG_A_FRTO,               /* u8  0, 1 */
	TCPMIG_A_TLP_HIGH_SEQ,       /* u32 SND.NXT at the loss probe; 0: none */
	TCPMIG_A_TLP_RETRANS,        /* u8  0, 1: the probe was a retransmission */
	TCPMIG_A_SACK_RENEG,         /* u8  0, 1 */
	TCPMIG_A_REORD_SEEN,         /* u32 */
	TCPMIG_A_DSACK_DUPS,         /* u32 */
	TCPMIG_A_DUPACKS,            /* u32 counted, without SACK */
	TCPMIG_A_RACK_AGE_US,        /* u32 when the last delivered segment was sent */
	TCPMIG_A_RACK_RTT_US,        /* u32 */
	TCPMIG_A_RACK_END_SEQ,       /* u32 */
	TCPMIG_A_RACK_DELIVERED,     /* u32 */
	TCPMIG_A_RACK_STEPS,         /* u8  */
	TCPMIG_A_RACK_PERSIST,       /* u8  0..31 */
	TCPMIG_A_RACK_DSACK,         /* u8  0, 1 */
	TCPMIG_A_RACK_ADVANCED,      /* u8  0, 1 */

	/* delivery rate (net/ipv4/tcp_rate.c), in segments */
	TCPMIG_A_DELIVERED,          /* u32 */
	TCPMIG_A_DELIVERED_CE,       /* u32 */
	TCPMIG_A_LOST,               /* u32 */
	TCPMIG_A_APP_LIMITED,        /* u32 until so many are delivered; 0: not */
	TCPMIG_A_FIRST_TX_AGE_US,    /* u32 */
	TCPMIG_A_DELIVERED_AGE_US,   /* u32 */
	TCPMIG_A_RATE_DELIVERED,     /* u32 */
	TCPMIG_A_RATE_INTERVAL_US,   /* u32 */
	TCPMIG_A_RATE_APP_LIMITED,   /* u8  0, 1 */

	/* SACK blocks that the next acknowledgement carries (RFC 2018, RFC 2883) */
	TCPMIG_A_SACKS,              /* u8  0..4 */
	TCPMIG_A_SACK_BLOCKS,        /* 4 pairs of u32: first byte, and the one behind the last */
	TCPMIG_A_DSACK,              /* u8  0, 1 */
	TCPMIG_A_DSACK_BLOCK,        /* such a pair */

	/* congestion control */
	TCPMIG_A_CA_NAME,            /* string, at most 15 bytes and a zero */
	TCPMIG_A_CWND,               /* u32 segments */
	TCPMIG_A_CWND_CNT,           /* u32 */
	TCPMIG_A_CWND_CLAMP,         /* u32 */
	TCPMIG_A_CWND_USED,          /* u32 */
	TCPMIG_A_SSTHRESH,           /* u32 */
	TCPMIG_A_REORDERING,         /* u32 */
	TCPMIG_A_CWND_AGE_MS,        /* u32 last change */
	TCPMIG_A_CWND_LIMITED,       /* u8  0, 1 */
	TCPMIG_A_MAX_PACKETS_OUT,    /* u32 */
	TCPMIG_A_CWND_USAGE_SEQ,     /* u32 */
	TCPMIG_A_PACING_RATE,        /* u64 bytes a second */
	TCPMIG_A_MAX_PACING_RATE,    /* u64 */
	/* CUBIC's own (RFC 9438); present if CA_NAME is cubic. All but BBR and it begin anew from CWND and SSTHRESH. */
	TCPMIG_A_CUBIC_CNT,          /* u32 (opt) and all that follow; a divisor: from 2 on if CUBIC_LAST_CWND is not
	                              * 0 */
	TCPMIG_A_CUBIC_LAST_MAX,     /* u32 */
	TCPMIG_A_CUBIC_LAST_CWND,    /* u32 */
	TCPMIG_A_CUBIC_LAST_AGE_MS,  /* u32 0xffffffff: never */
	TCPMIG_A_CUBIC_ORIGIN,       /* u32 */
	TCPMIG_A_CUBIC_K,            /* u32 1/1024 s */
	TCPMIG_A_CUBIC_DELAY_MIN_US, /* u32 */
	TCPMIG_A_CUBIC_EPOCH_AGE_MS, /* u32 0xffffffff: no epoch */
	TCPMIG_A_CUBIC_ACK_CNT,      /* u32 at most 1 << 20 */
	TCPMIG_A_CUBIC_TCP_CWND,     /* u32 */
	TCPMIG_A_CUBIC_SAMPLES,      /* u8 */
	TCPMIG_A_CUBIC_FOUND,        /* u8 */
	TCPMIG_A_CUBIC_ROUND_AGE_US, /* u32 */
	TCPMIG_A_CUBIC_END_SEQ,      /* u32 */
	TCPMIG_A_CUBIC_ACK_AGE_US,   /* u32 */
	TCPMIG_A_CUBIC_CURR_RTT_US,  /* u32 */
	/* BBR's own (net/ipv4/tcp_bbr.c); present if CA_NAME is bbr */
	TCPMIG_A_BBR_MIN_RTT_US,     /* u32 (opt) and all that follow; 0xffffffff: none */
	TCPMIG_A_BBR_MIN_RTT_AGE_MS, /* u32 */
	TCPMIG_A_BBR_PROBE_LEFT_MS,  /* u32 PROBE_RTT ends; 0xffffffff: not begun */
	TCPMIG_A_BBR_BW,             /* 3 pairs of u32: a round, and segments a microsecond, times 2^24 */
	TCPMIG_A_BBR_ROUNDS,         /* u32 */
	TCPMIG_A_BBR_NEXT_ROUND,     /* u32 DELIVERED at which the next one begins */
	TCPMIG_A_BBR_CYCLE_AGE_US,   /* u32 0xffffffff: no phase yet */
	TCPMIG_A_BBR_MODE,           /* u8  0 STARTUP, 1 DRAIN, 2 PROBE_BW, 3 PROBE_RTT */
	TCPMIG_A_BBR_PREV_CA_STATE,  /* u8  0..4 */
	TCPMIG_A_BBR_FLAGS,          /* u8  1 packet conservation, 2 round start, 4 idle restart, 8 PROBE_RTT's round
	                              *     done, 16 long-term sampling, 32 long-term bandwidth in use, 64 pipe full,
	                              *     128 seen a round trip */
	TCPMIG_A_BBR_LT_ROUNDS,      /* u8  0..127 */
	TCPMIG_A_BBR_LT_BW,          /* u32 */
	TCPMIG_A_BBR_LT_DELIVERED,   /* u32 */
	TCPMIG_A_BBR_LT_AGE_MS,      /* u32 */
	TCPMIG_A_BBR_LT_LOST,        /* u32 */
	TCPMIG_A_BBR_PACING_GAIN,    /* u16 0..1023, 256 is 1 */
	TCPMIG_A_BBR_CWND_GAIN,      /* u16 0..1023 */
	TCPMIG_A_BBR_FULL_BW_ROUNDS, /* u8  0..3 */
	TCPMIG_A_BBR_CYCLE,          /* u8  0..7 */
	TCPMIG_A_BBR_PRIOR_CWND,     /* u32 */
	TCPMIG_A_BBR_FULL_BW,        /* u32 */
	TCPMIG_A_BBR_EPOCH_AGE_US,   /* u32 */
	TCPMIG_A_BBR_EPOCH_ACKED,    /* u32 below 2^20 */
	TCPMIG_A_BBR_EXTRA,          /* 2 of u16 */
	TCPMIG_A_BBR_EXTRA_ROUNDS,   /* u8  0..31 */
	TCPMIG_A_BBR_EXTRA_INDEX,    /* u8  0, 1 */

	/* socket options, by their setsockopt names */
	TCPMIG_A_RCVBUF,             /* u32 as the kernel holds it: twice what was asked for */
	TCPMIG_A_SNDBUF,             /* u32 */
	TCPMIG_A_BUF_LOCK,           /* u8  SO_BUF_LOCK: 1 send, 2 receive */
	TCPMIG_A_RCVLOWAT,           /* u32 */
	TCPMIG_A_RCVTIMEO_MS,        /* u32 0xffffffff: none */
	TCPMIG_A_SNDTIMEO_MS,        /* u32 */
	TCPMIG_A_PRIORITY,           /* u32 */
	TCPMIG_A_MARK,               /* u32 */
	TCPMIG_A_REUSE,              /* u8 */
	TCPMIG_A_REUSEPORT,          /* u8 */
	TCPMIG_A_KEEPALIVE,          /* u8  0, 1 */
	TCPMIG_A_OOBINLINE,          /* u8  0, 1 */
	TCPMIG_A_LINGER,             /* u8  0, 1 */
	TCPMIG_A_LINGER_MS,          /* u32 */
	TCPMIG_A_LINGER2_MS,         /* s32 */
	TCPMIG_A_NONAGLE,            /* u8  1 TCP_NODELAY, 2 TCP_CORK, 4 push once */
	TCPMIG_A_THIN_LTO,           /* u8  0, 1 */
	TCPMIG_A_INQ,                /* u8  0, 1 */
	TCPMIG_A_KEEPIDLE_MS,        /* u32 0: the system's */
	TCPMIG_A_KEEPINTVL_MS,       /* u32 0: the system's */
	TCPMIG_A_KEEPCNT,            /* u8  0: the system's */
	TCPMIG_A_SYNCNT,             /* u8 */
	TCPMIG_A_USER_TIMEOUT_MS,    /* u32 */
	TCPMIG_A_NOTSENT_LOWAT,      /* u32 0: the system's */
	TCPMIG_A_TOS,                /* u8 */
	TCPMIG_A_RCV_TOS,            /* u8 */
	TCPMIG_A_TTL,                /* u8  0: the route's */
	TCPMIG_A_MIN_TTL,            /* u8 */
	TCPMIG_A_PMTUDISC,           /* u8 */
	TCPMIG_A_DEFER_ACCEPT,       /* u8  */
	TCPMIG_A_SAVE_SYN,           /* u8  0..2 */
	TCPMIG_A_MESSAGES,           /* u8  what comes with data or errors: 1 SO_TIMESTAMP, 2 SO_TIMESTAMPNS, 4
	                              *     IP_RECVTOS, 8 IP_RECVERR, 16 IPV6_RECVERR */
	TCPMIG_A_TXHASH,             /* u32 from which an IPv6 flow label and the choice of a path come */
	TCPMIG_A_V6ONLY,             /* u8  (opt) and all that follow: of an AF_INET6 socket */
	TCPMIG_A_TCLASS,             /* u8 */
	TCPMIG_A_HOP_LIMIT,          /* u8  0: the route's */
	TCPMIG_A_MIN_HOP_LIMIT,      /* u8 */
	TCPMIG_A_PMTUDISC6,          /* u8 */
	TCPMIG_A_FLOW_LABEL,         /* u32 that the program asked for, network byte order */
	TCPMIG_A_AUTOFLOWLABEL,      /* u8  bit 0 on, bit 1 asked for */

	/* what TCP_INFO tells */
	TCPMIG_A_BYTES_SENT,         /* u64 */
	TCPMIG_A_BYTES_ACKED,        /* u64 */
	TCPMIG_A_BYTES_RECEIVED,     /* u64 */
	TCPMIG_A_BYTES_RETRANS,      /* u64 */
	TCPMIG_A_SEGS_IN,            /* u32 */
	TCPMIG_A_SEGS_OUT,           /* u32 */
	TCPMIG_A_TOTAL_RETRANS,      /* u32 */

	/* queues: each attribute is the next piece, at most TCPMIG_CHUNK_MAX bytes */
	TCPMIG_A_RCV_DATA,           /* binary, from COPIED_SEQ on */
	TCPMIG_A_RTX_BUFFER,         /* struct tcpmig_sent, before the RTX_DATA that it is about */
	TCPMIG_A_RTX_DATA,           /* binary, from SND_UNA to SND_NXT: sent, not acknowledged */
	TCPMIG_A_WRITE_DATA,         /* binary, from SND_NXT to WRITE_SEQ: not sent */
	TCPMIG_A_OFO,                /* nest: OFO_SEQ, OFO_FIN, OFO_DATA: received beyond RCV_NXT */
	TCPMIG_A_OFO_SEQ,            /* u32 */
	TCPMIG_A_OFO_FIN,            /* u8  1: the peer's FIN is behind these bytes (of which there may then be none) */
	TCPMIG_A_OFO_DATA,           /* binary */

	/* listening sockets and what is theirs */
	TCPMIG_A_WAITING,            /* u8  1: in the accept queue of its listening socket; else absent */
	TCPMIG_A_BACKLOG,            /* u32 of a listening socket, like what follows; absent of all others */
	TCPMIG_A_SYN_SHARE,          /* u32 (opt) bit n: the SYNs of node n of the single-IP cluster are its */
	TCPMIG_A_HANDSHAKE,          /* struct tcpmig_handshake, one for each */
	TCPMIG_A_SAVED_SYN,          /* struct tcpmig_saved_syn and headers: of the HANDSHAKE before it, or of a
	                              * connection whose program has not asked for it */
	__TCPMIG_A_MAX
};
#define TCPMIG_A_MAX (__TCPMIG_A_MAX - 1)

#endif /* _UAPI_TCPMIG_H */

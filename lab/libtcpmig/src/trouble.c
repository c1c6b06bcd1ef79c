// SPDX-License-Identifier: GPL-2.0-only
/* Errors in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "session.h"

static const char *const names[] = TCPMIG_REFUSED_NAMES;

static const struct {
	const char *meaning, *advice;
} refusals[__TCPMIG_REFUSAL_MAX] = {
	[TCPMIG_OK] = { "nothing is refused", "go on" },
	[TCPMIG_NOT_TCP] = { "it is not a TCP socket", "choose another descriptor" },
	[TCPMIG_LINK_LOCAL] = { "its IPv6 address is of one link, and the destination's links are others",
				"let the peer use a global or unique local address" },
	[TCPMIG_STATE] = { "the socket was never connected", "let the program make it anew at the destination" },
	[TCPMIG_TIME_WAIT] = { "only TIME_WAIT is left of it, which holds nothing of a program's",
			       "leave it; it ends by itself" },
	[TCPMIG_HANDSHAKE] = { "its handshake is not finished, and it belongs to its listening socket",
			       "try again when the peer has answered" },
	[TCPMIG_OWNED] = { "a program has it", "attach it by a descriptor of that program's" },
	[TCPMIG_ULP] = { "TLS or another upper layer is in the kernel", "let the program do TLS itself" },
	[TCPMIG_MD5_AO] = { "its segments are signed (RFC 2385, RFC 5925)", "leave it where the keys are" },
	[TCPMIG_MPTCP] = { "it is part of a multipath connection", "let the program use IPPROTO_TCP" },
	[TCPMIG_FASTOPEN] = { "data sent in its SYN is not acknowledged yet, or it listens for such data",
			      "try again after a round trip, or let the program do without TCP_FASTOPEN" },
	[TCPMIG_REPAIR] = { "another program has it in repair mode", "end that program's work first" },
	[TCPMIG_ZEROCOPY] = { "pages sent without a copy are not acknowledged yet",
			      "flush it, or try again after a round trip" },
	[TCPMIG_BPF] = { "a BPF program or filter is attached to it", "detach that first" },
	[TCPMIG_ROUTE] = { "it is bound to a device, or sends IP options", "let the program do without" },
	[TCPMIG_TUPLE_IN_USE] = { "the destination has a connection with these addresses and ports",
				  "end that one, or wait for the end of its TIME_WAIT" },
	[TCPMIG_PORT_IN_USE] = { "a socket of the destination has the local port for itself, or listens at it",
				 "let that one set SO_REUSEADDR or SO_REUSEPORT, or close it" },
	[TCPMIG_NO_ADDRESS] = { "the destination does not have the local address",
				"add the address there before the move" },
	[TCPMIG_CAPTURED] = { "another session of the destination's captures it", "end that session" },
	[TCPMIG_BAD_STATE] = { "the state is not whole, or contradicts itself; the destination's kernel log says where",
			       "use the same version of the module on both machines" },
};

static const char *const states[] = { "none", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
				      "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV" };

_Static_assert(sizeof(names) / sizeof(*names) == __TCPMIG_REFUSAL_MAX, "a name for each refusal");

const char *tcpmig_refusal_name(uint32_t refusal)
{
	return refusal < __TCPMIG_REFUSAL_MAX ? names[refusal] : "unknown";
}

const char *tcpmig_refusal_meaning(uint32_t refusal)
{
	bool known = refusal < __TCPMIG_REFUSAL_MAX && refusals[refusal].meaning;

	return known ? refusals[refusal].meaning : "this library does not know the reason";
}

const char *tcpmig_refusal_advice(uint32_t refusal)
{
	bool known = refusal < __TCPMIG_REFUSAL_MAX && refusals[refusal].advice;

	return known ? refusals[refusal].advice : "use the library that belongs to the module";
}

const char *tcpmig_tcp_state_name(uint32_t state)
{
	return state < sizeof(states) / sizeof(*states) ? states[state] : "unknown";
}

/* What an errno means with this device, where that is more than its own name says. */
static const char *meaning_of(int error)
{
	switch (-error) {
	case ENOENT: return "there is no such connection, or no " TCPMIG_DEVICE ": is the module loaded?";
	case EPERM: return "CAP_NET_ADMIN is needed in the network namespace's user namespace";
	case EBADFD: return "out of order: the session is at another step";
	case EOPNOTSUPP: return "the connection can not be moved any more";
	case ENOTCONN: return "the connection has ended";
	case EDESTADDRREQ: return "it waited to be accepted, and no listening socket was named for it";
	case EINPROGRESS: return "it is not known what became of it";
	case EXDEV: return "the socket is in another network namespace";
	case EPIPE: return "the other end of the stream is gone";
	case EPROTO: return "what came is not what this library sends";
	case EPROTONOSUPPORT: return "the other end has another version";
	case EMSGSIZE: return "larger than was allowed";
	case ECANCELED: return "the other end called it off";
	default: return strerrordesc_np(-error) ?: "unknown error";
	}
}

int trouble_tell(struct tcpmig_trouble *trouble, const char *step, int error, uint32_t refusal)
{
	if (!trouble)
		return error;
	trouble->error = error;
	trouble->refusal = refusal;
	if (refusal)
		snprintf(trouble->text, sizeof(trouble->text), "%s: %s: %s; %s", step, tcpmig_refusal_name(refusal),
			 tcpmig_refusal_meaning(refusal), tcpmig_refusal_advice(refusal));
	else
		snprintf(trouble->text, sizeof(trouble->text), "%s: %s (%s)", step, meaning_of(error),
			 strerrorname_np(-error) ?: "?");
	return error;
}

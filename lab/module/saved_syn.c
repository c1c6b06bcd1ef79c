// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SYN that began a connection, which a listening socket with TCP_SAVE_SYN keeps for its program: with a handshake
 * as long as it is under way, then with the connection until the program asks for it (net/ipv4/tcp.c, TCP_SAVED_SYN).
 */
#include <net/netlink.h>
#include <net/tcp.h>

#include "module.h"
#include "state.h"

/* One that is too long for an attribute stays behind, as if the program had asked for it. */
int tcpmig_saved_syn_encode(struct tcpmig_writer *w, const struct saved_syn *syn)
{
	struct tcpmig_saved_syn head;
	u32 len;
	int err;

	if (!syn || tcp_saved_syn_len(syn) > TCPMIG_SAVED_SYN_MAX)
		return 0;
	head = (struct tcpmig_saved_syn){ syn->mac_hdrlen, syn->network_hdrlen, syn->tcp_hdrlen };
	len = tcp_saved_syn_len(syn);
	err = tcpmig_write_head(w, TCPMIG_A_SAVED_SYN, sizeof(head) + len) ?:
	      tcpmig_write_bytes(w, &head, sizeof(head)) ?: tcpmig_write_bytes(w, syn->data, len);
	return err ?: tcpmig_write_pad(w, sizeof(head) + len);
}

static const char *contradiction(const struct tcpmig_state *s, const struct nlattr *a, int before)
{
	const struct tcpmig_saved_syn *head = nla_data(a);
	u64 len = (u64)head->mac_len + head->network_len + head->tcp_len;

	if (len != nla_len(a) - sizeof(*head))
		return "length of a saved SYN";
	if (head->network_len < sizeof(struct iphdr) || head->tcp_len < sizeof(struct tcphdr))
		return "headers of a saved SYN";
	if (s->tcp_state == TCP_LISTEN ? before != TCPMIG_A_HANDSHAKE : !!s->saved_syn)
		return "a saved SYN of no handshake";
	return NULL;
}

/* After the policy's check, which knows of the least and the most bytes. */
int tcpmig_saved_syns_check(struct tcpmig_state *s, const void *data, size_t size)
{
	const struct nlattr *a;
	int rem, before = 0;

	nla_for_each_attr(a, data, size, rem) {
		if (nla_type(a) == TCPMIG_A_SAVED_SYN) {
			const char *why = contradiction(s, a, before);

			if (why) {
				pr_notice_ratelimited("state: contradiction: %s\n", why);
				return -EBADMSG;
			}
			s->saved_syn = a;
		}
		before = nla_type(a);
	}
	return 0;
}

/* NULL without memory: the program then hears of none, as from the kernel itself. */
struct saved_syn *tcpmig_saved_syn_make(const struct nlattr *a)
{
	const struct tcpmig_saved_syn *head = nla_data(a);
	size_t len = nla_len(a) - sizeof(*head);
	struct saved_syn *syn = kmalloc(struct_size(syn, data, len), GFP_KERNEL_ACCOUNT);

	if (!syn)
		return NULL;
	syn->mac_hdrlen = head->mac_len;
	syn->network_hdrlen = head->network_len;
	syn->tcp_hdrlen = head->tcp_len;
	memcpy(syn->data, head + 1, len);
	return syn;
}

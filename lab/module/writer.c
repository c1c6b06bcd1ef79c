// SPDX-License-Identifier: GPL-2.0-only
/* Netlink attributes straight to user space: the queues are copied once, and never lie in one piece in the kernel. */
#include <net/netlink.h>

#include "state.h"

int tcpmig_write_head(struct tcpmig_writer *w, u16 attr, u16 len)
{
	struct nlattr head = { .nla_len = NLA_HDRLEN + len, .nla_type = attr };

	w->size += NLA_HDRLEN;
	if (w->to && copy_to_iter(&head, sizeof(head), w->to) != sizeof(head))
		return -EFAULT;
	return 0;
}

int tcpmig_write_pad(struct tcpmig_writer *w, u16 len)
{
	static const u8 zero[NLA_ALIGNTO];
	size_t pad = NLA_ALIGN(len) - len;

	w->size += pad;
	if (w->to && copy_to_iter(zero, pad, w->to) != pad)
		return -EFAULT;
	return 0;
}

int tcpmig_write_bytes(struct tcpmig_writer *w, const void *data, u16 len)
{
	w->size += len;
	return !w->to || copy_to_iter(data, len, w->to) == len ? 0 : -EFAULT;
}

int tcpmig_write_attr(struct tcpmig_writer *w, u16 attr, const void *data, u16 len)
{
	return tcpmig_write_head(w, attr, len) ?: tcpmig_write_bytes(w, data, len) ?: tcpmig_write_pad(w, len);
}

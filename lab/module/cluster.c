// SPDX-License-Identifier: GPL-2.0-only
/*
 * One IP address on every node of the cluster, by broadcast (TCPmig 1 and 4; Fig. 1 right).
 *
 * The peer sends to a group MAC, so every node hears every frame. The rule by which exactly one node answers, the same
 * on all nodes and without a word between them, for what comes in for `address` on `device`:
 *
 *  1. A TCP segment whose connection has a socket here (established, request or TIME_WAIT) is ours.
 *  2. A SYN without ACK that has none belongs to node jhash(raddr, rport:lport) % nodes: there the stack accepts it or
 *     answers a closed port with one RST; the other nodes drop it. When a listening socket moves, what was its node's
 *     becomes the new one's (its port's share). This holds also where only a TIME_WAIT socket has
 *     the tuple: a node that the SYN does not belong to lets go of that socket, or two nodes would answer.
 *  3. Any other TCP segment without a socket here is another node's, or nobody's: dropped without a RST.
 *  4. ICMP echo and timestamp requests, UDP and other protocols belong to node jhash(raddr) % nodes, with a local
 *     socket or without.
 *  5. Other ICMP is never answered: errors go to whatever socket they name, here or nowhere.
 *
 * SYN cookies do not work with this: the handshake's ACK has no socket anywhere. Set tcp_syncookies to 0.
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/jhash.h>
#include <linux/moduleparam.h>
#include <linux/netfilter_ipv4.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "module.h"

/* On all nodes the same, so fixed; any value will do. */
#define RULE_SEED 0x6d69676cu

static char *address = "";
module_param(address, charp, 0444);
MODULE_PARM_DESC(address, "the IPv4 address that all nodes hold; empty: no single-IP cluster");
static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the interface it is on");
static char *group = "";
module_param(group, charp, 0444);
MODULE_PARM_DESC(group, "group MAC that the peers send to");
static unsigned int nodes = 1;
module_param(nodes, uint, 0444);
MODULE_PARM_DESC(nodes, "number of nodes");
static unsigned int node;
module_param(node, uint, 0444);
MODULE_PARM_DESC(node, "this node, from 0");

static __be32 shared;           /* 0: off */
static u8 group_mac[ETH_ALEN];
static struct net_device *listening;    /* has the group address; RTNL */

static bool owner_is_us(u32 hash)
{
	return hash % nodes == node;
}

/* Whose SYNs are this node's, by port: a bit for each node, and this node's turned over, so that zero is how it
 * begins. */
static u32 *shares;

bool tcpmig_cluster_share(__be16 port, u32 *share)
{
	if (!shares)
		return false;
	*share = READ_ONCE(shares[ntohs(port)]) ^ BIT(node);
	return true;
}

void tcpmig_cluster_share_set(__be16 port, u32 share)
{
	if (shares)
		WRITE_ONCE(shares[ntohs(port)], share ^ BIT(node));
}

static bool syn_is_ours(__be16 port, u32 hash)
{
	u32 share;

	return tcpmig_cluster_share(port, &share) ? share & BIT(hash % nodes) : owner_is_us(hash);
}

static u32 source_hash(__be32 raddr)
{
	return jhash_1word((__force u32)raddr, RULE_SEED);
}

static u32 connection_hash(__be32 raddr, __be16 rport, __be16 lport)
{
	return jhash_2words((__force u32)raddr, (u32)ntohs(rport) << 16 | ntohs(lport), RULE_SEED);
}

static unsigned int syn_verdict(const struct iphdr *ip, const struct tcphdr *th, struct sock *sk)
{
	bool ours = syn_is_ours(th->dest, connection_hash(ip->saddr, th->source, th->dest));

	if (sk && sk->sk_state == TCP_TIME_WAIT && !ours) {
		tcpmig_count(tcp_timewait_released);
		inet_twsk_deschedule_put(inet_twsk(sk));
		sk = NULL;
	}
	if (sk) {
		sock_gen_put(sk);
		return NF_ACCEPT;
	}
	if (ours) {
		tcpmig_count(tcp_syn_accepted);
		return NF_ACCEPT;
	}
	tcpmig_count(tcp_syn_dropped);
	return NF_DROP;
}

static unsigned int tcp_verdict(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct tcpmig_segment seg;
	struct sock *sk;

	if (!tcpmig_segment_read(skb, &seg)) {
		tcpmig_count(tcp_malformed_dropped);
		return NF_DROP;
	}
	sk = compat_lookup_established(state->net, &seg.tuple, state->in->ifindex);
	if (seg.th->syn && !seg.th->ack && !seg.th->rst)
		return syn_verdict(ip_hdr(skb), seg.th, sk);
	if (sk) {
		sock_gen_put(sk);
		return NF_ACCEPT;
	}
	if (IS_ENABLED(TCPMIG_BREAK_RST))
		return NF_ACCEPT;
	tcpmig_count(tcp_unowned_dropped);
	return NF_DROP;
}

static unsigned int icmp_verdict(struct sk_buff *skb)
{
	const struct icmphdr *icmp;

	if (!pskb_may_pull(skb, ip_hdrlen(skb) + sizeof(*icmp)))
		return NF_ACCEPT;
	icmp = (const struct icmphdr *)(skb->data + ip_hdrlen(skb));
	if (icmp->type != ICMP_ECHO && icmp->type != ICMP_TIMESTAMP) {
		tcpmig_count(icmp_others_passed);
		return NF_ACCEPT;
	}
	if (owner_is_us(source_hash(ip_hdr(skb)->saddr))) {
		tcpmig_count(icmp_requests_answered);
		return NF_ACCEPT;
	}
	tcpmig_count(icmp_requests_dropped);
	return NF_DROP;
}

unsigned int tcpmig_cluster_verdict(struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (!shared || ip->daddr != shared || !net_eq(state->net, &init_net) || strcmp(state->in->name, device))
		return NF_ACCEPT;
	if (ip->protocol == IPPROTO_TCP)
		return tcp_verdict(skb, state);
	if (ip->protocol == IPPROTO_ICMP)
		return icmp_verdict(skb);
	if (owner_is_us(source_hash(ip->saddr))) {
		tcpmig_count(other_accepted);
		return NF_ACCEPT;
	}
	tcpmig_count(other_dropped);
	return NF_DROP;
}

/* A frame for the group is for this host: TCP and early demux take nothing else. */
static unsigned int pre_routing(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (skb->pkt_type == PACKET_MULTICAST && ip_hdr(skb)->daddr == shared && skb_mac_header_was_set(skb) &&
	    ether_addr_equal(eth_hdr(skb)->h_dest, group_mac)) {
		skb->pkt_type = PACKET_HOST;
		tcpmig_count(group_frames);
	}
	return NF_ACCEPT;
}

static const struct nf_hook_ops pre_routing_ops = {
	.hook = pre_routing,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = INT_MIN,
};

/* Under RTNL. Also called for every interface that is there already when the notifier is registered. */
static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	bool named = net_eq(dev_net(dev), &init_net) && !strcmp(dev->name, device);

	if (listening == dev && (event == NETDEV_UNREGISTER || !named)) {
		dev_mc_del(dev, group_mac);
		listening = NULL;
	} else if (!listening && named && event != NETDEV_UNREGISTER && !dev_mc_add(dev, group_mac)) {
		listening = dev;
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = { .notifier_call = device_event };

static int parameters_check(void)
{
	if (!in4_pton(address, -1, (u8 *)&shared, -1, NULL)) {
		pr_err("address=%s is not an IPv4 address\n", address);
		return -EINVAL;
	}
	if (!mac_pton(group, group_mac) || !is_multicast_ether_addr(group_mac)) {
		pr_err("group=%s is not a group MAC address\n", group);
		return -EINVAL;
	}
	if (!*device || !nodes || node >= nodes) {
		pr_err("device=%s nodes=%u node=%u: device is needed, and node below nodes\n", device, nodes, node);
		return -EINVAL;
	}
	return 0;
}

int tcpmig_cluster_init(void)
{
	int err;

	if (!*address)
		return 0;
	err = parameters_check();
	if (err)
		return err;
	if (nodes <= BITS_PER_TYPE(*shares)) {
		shares = kvcalloc(U16_MAX + 1, sizeof(*shares), GFP_KERNEL);
		if (!shares)
			return -ENOMEM;
	}
	err = nf_register_net_hook(&init_net, &pre_routing_ops);
	if (err)
		goto err_hook;
	err = register_netdevice_notifier(&device_notifier);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	nf_unregister_net_hook(&init_net, &pre_routing_ops);
err_hook:
	kvfree(shares);
	return err;
}

/* Unregistering the notifier also calls it with NETDEV_UNREGISTER for every interface. */
void tcpmig_cluster_exit(void)
{
	if (!shared)
		return;
	unregister_netdevice_notifier(&device_notifier);
	nf_unregister_net_hook(&init_net, &pre_routing_ops);
	kvfree(shares);
}

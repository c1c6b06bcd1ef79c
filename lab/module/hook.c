// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where segments come by: LOCAL_IN of both families, in every network namespace. The hook is registered last: okfn, by
 * which captured segments are given back, skips the hooks that come after.
 */
#include <linux/netfilter_ipv4.h>
#include <net/net_namespace.h>

#include "module.h"

/* LOCAL_IN's continuation in each family, as ip_local_deliver and ip6_input of the kernel name it: not exported, so
 * taken from the hook. */
static int (*deliver[NFPROTO_NUMPROTO])(struct net *net, struct sock *sk, struct sk_buff *skb);

void tcpmig_deliver(struct net *net, u8 family, struct sk_buff *skb)
{
	READ_ONCE(deliver[family])(net, NULL, skb);
}

static unsigned int local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (unlikely(!READ_ONCE(deliver[state->pf])))
		WRITE_ONCE(deliver[state->pf], state->okfn);
	verdict = tcpmig_capture_segment(skb, state);
	return verdict == NF_ACCEPT && state->pf == NFPROTO_IPV4 ? tcpmig_cluster_verdict(skb, state) : verdict;
}

static const struct nf_hook_ops local_in_ops[] = {
	{ .hook = local_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = local_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
};

static int __net_init hook_net_init(struct net *net)
{
	return nf_register_net_hooks(net, local_in_ops, ARRAY_SIZE(local_in_ops));
}

static void __net_exit hook_net_exit(struct net *net)
{
	nf_unregister_net_hooks(net, local_in_ops, ARRAY_SIZE(local_in_ops));
}

static struct pernet_operations hook_net_ops = {
	.init = hook_net_init,
	.exit = hook_net_exit,
};

int tcpmig_hook_init(void)
{
	return register_pernet_subsys(&hook_net_ops);
}

void tcpmig_hook_exit(void)
{
	unregister_pernet_subsys(&hook_net_ops);
	rcu_barrier();
}

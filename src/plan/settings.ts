// SPDX-License-Identifier: GPL-2.0-only
import type { MachinePlan } from './lab.ts';

/**
 * A machine says how its kernel's network is set: an event `settings` with `sysctls`, a line `path:value` each below
 * /proc/sys/net; `links`, as `ip -o link` has them, with MTU and queueing discipline; and `offloads`, a line
 * `card: feature: on` each.
 */
export const tellSettings = ({ nics }: MachinePlan): string[] => [
  'sysctls() { (cd /proc/sys/net && grep -s "" ipv4/tcp_* ipv4/ip_local_port_range core/*mem_* core/default_qdisc core/netdev_*) | grep -v _key; }',
  `offloads() { for card in ${nics.map(({ wire }) => wire).join(' ')}; do ethtool -k $card | sed -n "s/^\\([a-z0-9-]*: on\\).*/$card: \\1/p"; done; }`,
  'say settings "sysctls=$(sysctls)" "links=$(ip -o link)" "offloads=$(offloads)"',
];

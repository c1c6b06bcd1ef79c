// SPDX-License-Identifier: GPL-2.0-only
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { lab } from './boot.ts';

const { events } = guestFiles;

/** What each connection carries; long enough to be there while others are passed. */
export const wishes = { connections: 10, down: 6_000_000, up: 3_000_000, rate: 300_000 };

/** Where a node's server takes connections that others pass. */
export const takes = (node: string) => `${addressOn(lab, node, 'private')}:7100`;

/**
 * A server on the node, and words to ask it with: names of its connections by their remote ends, how many bytes one was
 * served, and that one goes on.
 */
export const serve = (machine: MachinePlan, options = ''): string[] => [
  ...loadModule(lab, machine),
  `serve() { tcpcp serve --listen ${lab.cluster.address}:5000 --take ${takes(machine.name)} ${options} >> ${events} & server=$!; }`,
  'serve',
  `names() { tcpcp list | sed -n 's/.*"peer":"\\([^"]*\\)".*/\\1/p' | sort; }`,
  `served() { tcpcp list | sed -n "s/.*\\"peer\\":\\"$1\\",\\"served\\":\\([0-9]*\\).*/\\1/p"; }`,
  'goes_on() { from=$(served $1); [ -n "$from" ] || fail "$1 is not here"; until [ "$(served $1)" -gt $((from + 30000)) ]; do sleep 0.05; [ -n "$(served $1)" ] || fail "$1 ended"; done; }',
  'all_go_on() { for each in $(names); do goes_on $each; done; }',
  'until [ -S /run/tcpcp ]; do sleep 0.05; done',
];

/** The peer's connections, from ports that the cluster's rule shares among the nodes: some to each. */
export const connect = (port: number, more = '') =>
  `tcpcp peer --connect ${lab.cluster.address}:5000 --port ${port} --connections ${wishes.connections} --down ${wishes.down} --up ${wishes.up} --rate ${wishes.rate} ${more} >> ${events}`;

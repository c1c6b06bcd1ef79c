// SPDX-License-Identifier: GPL-2.0-only
import type { LabPlan, MachinePlan } from './lab.ts';
import { loadModule, modulePath } from './script.ts';

/** Where the new module lies when the script begins. */
export const newModule = `${modulePath}.new`;

/**
 * Replaces the module of a node by the one at `newModule`, loaded or not; where the new one is refused, the old one
 * comes back. The node leaves the cluster's wire meanwhile: without the module it would answer the peer's segments for
 * connections of other nodes with a reset. Connections live on, and retransmit what was lost. Pure; a shell over SSH
 * carries it out, and says `loaded` or `there` at the end.
 */
export function reloadScript(lab: LabPlan, node: MachinePlan): string {
  const { wire } = lab.cluster;
  return [
    'set -eu',
    'fail() { echo "$*" >&2; exit 1; }',
    `if [ ! -e /proc/net/tcpmig ]; then mv ${newModule} ${modulePath}; echo there; exit; fi`,
    `ip link set ${wire} down`,
    `trap 'ip link set ${wire} up' EXIT`,
    'rmmod tcpmig 2> /dev/null || fail "the module is in use: a migration is under way"',
    `mv ${modulePath} ${modulePath}.old; mv ${newModule} ${modulePath}`,
    `if ! why=$( (${loadModule(lab, node).join('; ')}) 2>&1 ); then`,
    `  mv ${modulePath}.old ${modulePath}`,
    ...loadModule(lab, node),
    '  fail "$why; the old one is back"',
    'fi',
    `rm ${modulePath}.old`,
    'echo loaded',
  ].join('\n');
}

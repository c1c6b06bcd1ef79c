// SPDX-License-Identifier: GPL-2.0-only
import { bare, type LabPlan, type MachinePlan } from './lab.ts';
import { mgmtMac } from './qemu.ts';

/** A file of the layer that a lab adds to the image's initramfs. */
export interface LayerFile {
  path: string;
  mode: number;
  content: string | Uint8Array;
}

/** What init reads to set up one machine: shell variables, one file a machine (images/init). Pure. */
export function machineFile(lab: LabPlan, machine: MachinePlan, mgmt: boolean): LayerFile {
  const lines: [string, string][] = [['HOSTNAME', machine.name]];
  const nics = machine.nics.map(({ wire }) => wire);
  lines.push(['NICS', (mgmt ? [...nics, 'mgmt'] : nics).join(' ')]);
  for (const nic of machine.nics) {
    lines.push([`MAC_${nic.wire}`, nic.mac], [`ADDR_${nic.wire}`, nic.address]);
    if (nic.wire !== lab.cluster.wire) continue;
    // The peer's only set-up: the cluster's address stands for the group, so that every node hears each segment.
    if (machine.role === 'peer')
      lines.push([`NEIGH_${nic.wire}`, `${lab.cluster.address} ${lab.cluster.group}`]);
    else lines.push([`ALLMULTI_${nic.wire}`, '1']);
  }
  if (mgmt) lines.push(['MAC_mgmt', mgmtMac(lab, machine)], ['ADDR_mgmt', '10.0.2.15/24']);
  if (machine.ports) lines.push(['PORT_RANGE', machine.ports.replace('-', ' ')]);
  if (machine.node !== undefined) lines.push(['SYSCTLS', nodeSysctls(machine.node)]);
  const content = lines.map(([key, value]) => `${key}='${value}'\n`).join('');
  return { path: `etc/miglab/machines/${machine.name}.env`, mode: 0o644, content };
}

/**
 * A SYN cookie's answer belongs to no socket, so that the single-IP rule would drop it. Nodes count their processes from
 * different numbers: one that migrates keeps its numbers, which must be free at the destination.
 */
const nodeSysctls = (node: number) => `net/ipv4/tcp_syncookies=0 kernel/ns_last_pid=${(node + 1) * 8000}`;

/** Names of all machines on the wires where they have an address of their own. */
export function hostsFile(lab: LabPlan): LayerFile {
  const own = lab.machines.flatMap((machine) =>
    machine.nics
      .filter(({ wire }) => machine.role === 'peer' || wire !== lab.cluster.wire)
      .map((nic) => `${bare(nic.address)} ${machine.name}-${nic.wire}\n`),
  );
  return {
    path: 'etc/hosts',
    mode: 0o644,
    content: `127.0.0.1 localhost\n${lab.cluster.address} cluster\n${own.join('')}`,
  };
}

/** Lets programs in a machine say whose events theirs are (lab/tools/say.c). */
export const nameFile = (machine: MachinePlan): LayerFile => ({
  path: 'run/miglab/machine',
  mode: 0o644,
  content: `${machine.name}\n`,
});

export const scenarioFile = (machine: MachinePlan, script: string): LayerFile => ({
  path: `etc/miglab/scenario/${machine.name}.sh`,
  mode: 0o755,
  content: script,
});

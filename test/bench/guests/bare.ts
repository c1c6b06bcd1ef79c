// SPDX-License-Identifier: GPL-2.0-only
import { type LabPlan, type MachinePlan, macAddress } from '../../../src/plan/lab.ts';

/** No machine has a card on such a wire: nothing of a cluster is set up, and no module is loaded. */
const noCluster = { wire: 'none', address: '127.0.0.2', group: '03:00:00:00:00:01', nodes: 0 };

/** Those of a topology that says nothing of them; of no effect on the real clock. */
const wire = { bandwidth: 1e9, latencyNs: 100_000, queueBytes: 262_144, moderationNs: 50_000 };

/** Two guests of the lab's image, joined by one QEMU stream socket and nothing else; the second listens. */
export function barePair({ image, machines }: LabPlan): LabPlan {
  const memoryMb = Math.max(...machines.map((machine) => machine.memoryMb));
  const member = (name: string, role: MachinePlan['role'], id: number): MachinePlan => ({
    ...{ name, role, memoryMb, processors: 1, instructionNs: 1 },
    nics: [{ wire: 'control', mac: macAddress(0, id), address: `10.77.2.${id}/24` }],
  });
  return {
    ...{ topology: 'bare-pair', image, cluster: noCluster },
    machines: [member('sender', 'node', 1), member('receiver', 'peer', 2)],
    wires: [{ name: 'control', kind: 'pair', members: ['sender', 'receiver'], hub: 'receiver', ...wire }],
  };
}

/** One guest of the lab's image with a card for SSH only, as large as the lab's first machine. */
export const bareGuest = ({ image, machines }: LabPlan): LabPlan => ({
  ...{ topology: 'bare-guest', image, cluster: noCluster, wires: [] },
  machines: [
    {
      name: 'guest',
      role: 'peer',
      memoryMb: machines[0]?.memoryMb ?? 512,
      processors: 1,
      instructionNs: 1,
      nics: [],
    },
  ],
});

/** So many guests of the lab's image on one switch; the last is the one that is sent to. */
export const onOneSwitch = ({ image }: LabPlan, count: number): LabPlan => {
  const machines = Array.from(
    { length: count },
    (_, index): MachinePlan => ({
      ...{ name: `guest-${index + 1}`, role: index === count - 1 ? 'peer' : 'node' },
      ...{ memoryMb: 320, processors: 1, instructionNs: 1 },
      nics: [{ wire: 'control', mac: macAddress(0, index + 1), address: `10.77.2.${index + 1}/24` }],
    }),
  );
  const members = machines.map(({ name }) => name);
  return {
    ...{ topology: 'one-switch', image, cluster: noCluster, machines },
    wires: [{ name: 'control', kind: 'broadcast', members, hub: members.at(-1) ?? '', ...wire }],
  };
};

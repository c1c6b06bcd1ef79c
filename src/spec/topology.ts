// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { readDocument } from './document.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'expected a name of lower-case letters, digits and dashes, at most 20');
const subnet = z
  .string()
  .regex(/^(\d{1,3}\.){3}0\/24$/, 'expected an IPv4 /24 network, such as 10.77.0.0/24');
const mac = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'expected a MAC address in lower case');
const ports = z.string().regex(/^\d{4,5}-\d{4,5}$/, 'expected a port range, such as 20000-39999');

const machine = z.strictObject({
  role: z.enum(['node', 'peer']),
  id: z.int().min(1).max(254),
  memory_mb: z.int().min(256).max(65536),
  wires: z.array(name).min(1),
  ports: ports.optional(),
});

const wire = z.strictObject({ kind: z.enum(['broadcast', 'pair']), subnet });

export const topologySchema = z
  .strictObject({
    name,
    image: name,
    wires: z.record(name, wire),
    cluster: z.strictObject({
      wire: name,
      host: z.int().min(1).max(254),
      group: mac.refine(
        (value) => (Number.parseInt(value.slice(0, 2), 16) & 1) === 1,
        'expected a group MAC (odd first byte)',
      ),
    }),
    machines: z.record(name, machine),
  })
  .superRefine((topology, context) => {
    const fail = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const known = Object.keys(topology.wires);
    const names = Object.keys(topology.machines);
    if (!known.includes(topology.cluster.wire))
      fail(['cluster', 'wire'], `no wire of this name; expected one of ${known.join(', ')}`);
    const ids = new Map<number, string>();
    for (const [each, { wires, id }] of Object.entries(topology.machines)) {
      wires.forEach((used, index) => {
        if (!known.includes(used))
          fail(['machines', each, 'wires', index], `no wire "${used}"; expected one of ${known.join(', ')}`);
      });
      const other = ids.get(id);
      if (other) fail(['machines', each, 'id'], `the id of ${other} already; expected a number of its own`);
      ids.set(id, each);
    }
    for (const [each, { kind }] of Object.entries(topology.wires)) {
      const members = names.filter((machineName) => topology.machines[machineName]?.wires.includes(each));
      if (kind === 'pair' && members.length !== 2)
        fail(['wires', each, 'kind'], `a pair joins exactly two machines, here ${members.length}`);
      if (members.length < 2)
        fail(['wires', each], `expected at least two machines on a wire, here ${members.length}`);
    }
  });

export type Topology = z.infer<typeof topologySchema>;

/** Reads a lab's topology file. @throws Fault (64) with file, line and column of each problem. */
export const readTopology = (path: string): Promise<Topology> => readDocument(path, topologySchema);

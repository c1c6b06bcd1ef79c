// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { contradictions, portRange } from './contradictions.ts';
import { readDocument } from './document.ts';
import { bandwidth, duration, size } from './quantity.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'expected a name of lower-case letters, digits and dashes, at most 20');
const subnet = z
  .string()
  .regex(/^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}0\/24$/, 'expected an IPv4 /24 network, such as 10.77.0.0/24');
const mac = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'expected a MAC address in lower case');
const portsExpected = 'expected a port range, such as 20000-39999';
const ports = z
  .string(portsExpected)
  .regex(/^\d{4,5}-\d{4,5}$/, portsExpected)
  .refine((text) => {
    const { first, last } = portRange(text);
    return first <= last && last <= 65535;
  }, 'expected a range that does not go down, of ports up to 65535');

const machine = z.strictObject({
  role: z
    .enum(['node', 'peer'])
    .describe("A node has the cluster's module and address; the peer's kernel is unmodified."),
  id: z
    .int()
    .min(1)
    .max(254)
    .describe("Its host part on every wire, but for the cluster's address, and the last byte of its MACs."),
  memory_mb: z.int().min(256).max(65536).describe('Memory, MiB.'),
  processors: z
    .int()
    .min(1)
    .max(8)
    .default(1)
    .describe('On the real clock, 1 unless given; on the virtual one a machine has one.'),
  wires: z.array(name).min(1).describe('Names of the wires that it has a card on.'),
  ports: ports.optional().describe('Local ports that a node opens connections from, such as 20000-39999.'),
  image: name.optional().describe("Another than the lab's, for its kernel: name of a file in images/."),
  instruction_ns: z
    .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])
    .default(1)
    .describe('What an instruction takes on the virtual clock, ns; 1 unless given.'),
});

const wire = z
  .strictObject({
    kind: z
      .enum(['broadcast', 'pair'])
      .describe('Every frame on a broadcast wire reaches every machine on it; a pair joins two machines.'),
    subnet: subnet.describe('Its network, such as 10.77.0.0/24.'),
    bandwidth: bandwidth.schema
      .default('1Gbit')
      .describe('Of each direction of each card; 1Gbit unless given.'),
    latency: duration.schema
      .default('100us')
      .describe(
        'From one card to another, without the time that a frame takes at this rate; 100us unless given.',
      ),
    queue: size.schema
      .default('256KiB')
      .describe('What an output port of the switch holds; what comes then is dropped. 256KiB unless given.'),
    moderation: duration.schema
      .default('50us')
      .describe(
        'Least time between two interrupts of a card: what arrives meanwhile it hands over together. 50us unless given.',
      ),
  })
  .describe(
    "Rate, latency and queue are those of the virtual clock's wires; on the real clock a wire is as fast as the host.",
  );

export const topologySchema = z
  .strictObject({
    name: name.describe('What labs and results call it.'),
    image: name.describe('What the machines boot: name of a file in images/.'),
    wires: z.record(name, wire).describe('By name.'),
    cluster: z
      .strictObject({
        wire: name.describe('The broadcast wire on which all nodes hold one address.'),
        host: z.int().min(1).max(254).describe('Host part of that address.'),
        group: mac
          .refine(
            (value) => (Number.parseInt(value.slice(0, 2), 16) & 1) === 1,
            'expected a group MAC (odd first byte)',
          )
          .describe('MAC that the peer sends to, so that every node hears every segment.'),
      })
      .describe('The one address that all nodes hold.'),
    machines: z.record(name, machine).describe('By name.'),
  })
  .superRefine((topology, context) => {
    for (const { path, message, meant } of contradictions(topology))
      context.addIssue({ code: 'custom', path, message, params: { meant } });
  })
  .meta({ title: 'topology', description: 'Machines and wires of a lab: NAME.lab.yml (docs/lab.md).' });

export type Topology = z.infer<typeof topologySchema>;

/** Reads a lab's topology file. @throws Fault (64) with file, line and column of each problem. */
export const readTopology = (path: string): Promise<Topology> => readDocument(path, topologySchema);

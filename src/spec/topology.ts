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
  role: z.enum(['node', 'peer']),
  id: z.int().min(1).max(254),
  memory_mb: z.int().min(256).max(65536),
  /** On the real clock; on the virtual one a machine has one. */
  processors: z.int().min(1).max(8).default(1),
  wires: z.array(name).min(1),
  ports: ports.optional(),
  /** Another than the lab's, for its kernel. */
  image: name.optional(),
  /** What an instruction takes on the virtual clock. */
  instruction_ns: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]).default(1),
});

/** Rate, latency and queue are those of the virtual clock's wires; on the real clock a wire is as fast as the host. */
const wire = z.strictObject({
  kind: z.enum(['broadcast', 'pair']),
  subnet,
  /** Of each direction of each card. */
  bandwidth: bandwidth.schema.default('1Gbit'),
  /** From one card to another, without the time that a frame takes at this rate. */
  latency: duration.schema.default('100us'),
  /** What an output port of the switch holds; what comes then is dropped. */
  queue: size.schema.default('256KiB'),
  /** Least time between two interrupts of a card: what arrives meanwhile it hands over together. */
  moderation: duration.schema.default('50us'),
});

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
    for (const { path, message } of contradictions(topology))
      context.addIssue({ code: 'custom', path, message });
  });

export type Topology = z.infer<typeof topologySchema>;

/** Reads a lab's topology file. @throws Fault (64) with file, line and column of each problem. */
export const readTopology = (path: string): Promise<Topology> => readDocument(path, topologySchema);

// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { topologyName } from './experiment.ts';

/** Of a socket and of its segments; `mapped` is IPv4 on an AF_INET6 socket. */
const FAMILIES = ['ipv4', 'ipv6', 'mapped'] as const;

/** How a connection moves between the machines a and b; `aborted` is called off when all but the commit is done. */
const DIRECTIONS = ['a-b', 'b-a', 'back', 'held', 'aborted'] as const;

const some = <T extends string>(names: readonly [T, ...T[]]) =>
  z
    .array(z.enum(names))
    .min(1)
    .default([...names]);

/** Every state of a TCP connection, families and directions; situations by name, or by its beginning up to a dash. */
const states = z.strictObject({
  check: z.literal('states'),
  families: some(FAMILIES),
  directions: some(DIRECTIONS),
  situations: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of tcpmig-states --list'))
    .default([]),
});

/** Each field of the state changed on its way, in a situation that has it: something must notice. */
const changes = states.omit({ directions: true }).extend({ check: z.literal('changes') });

/** An experiment with the module alone: one machine of the lab, in which network namespaces are the cluster's machines. */
export const moduleExperimentSchema = z.strictObject({
  title: z.string().min(1),
  topology: topologyName,
  engine: z.literal('module'),
  /** A cell that takes longer is given up. */
  timeout_s: z.number().min(10).max(86_400),
  cells: z.array(z.discriminatedUnion('check', [states, changes])).min(1),
});
export type ModuleExperiment = z.infer<typeof moduleExperimentSchema>;

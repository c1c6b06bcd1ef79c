// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { timeout, title, topologyName } from './experiment.ts';

const FAMILIES = ['ipv4', 'ipv6', 'mapped'] as const;
const DIRECTIONS = ['a-b', 'b-a', 'back', 'held', 'aborted'] as const;

const some = <T extends string>(names: readonly [T, ...T[]]) =>
  z
    .array(z.enum(names))
    .min(1)
    .default([...names]);

/** Names of what `tcpmig-states --list` has, or beginnings of names. */
export const situations = z
  .array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of tcpmig-states --list'))
  .default([])
  .describe('By the names of tcpmig-states --list, or beginnings up to a dash; all when there is none.');

const states = z
  .strictObject({
    check: z.literal('states').describe('Every state of a TCP connection moves, and each segment is judged.'),
    families: some(FAMILIES).describe(
      'Of a socket and of its segments; mapped is IPv4 on an AF_INET6 socket. All unless given.',
    ),
    directions: some(DIRECTIONS).describe(
      'How a connection moves between the machines a and b; aborted is called off when all but the commit is done. All unless given.',
    ),
    situations,
  })
  .describe('States of connections, by families and directions (docs/states.md).');

const changes = states
  .omit({ directions: true })
  .extend({
    check: z
      .literal('changes')
      .describe('Each field of the state is changed on its way, in a situation that has it.'),
  })
  .describe('Changed fields: something must notice (docs/states.md).');

export const moduleExperimentSchema = z
  .strictObject({
    title,
    topology: topologyName,
    engine: z
      .literal('module')
      .describe(
        "The module alone: one machine of the lab, in which network namespaces are the cluster's machines.",
      ),
    timeout_s: timeout,
    cells: z
      .array(z.discriminatedUnion('check', [states, changes]))
      .min(1)
      .describe('Each is one boot of the machine.'),
  })
  .meta({ title: 'module experiment', description: 'An experiment with the module alone.' });
export type ModuleExperiment = z.infer<typeof moduleExperimentSchema>;

// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { bandwidth, duration, instant } from './quantity.ts';

/** What each kind takes beside what all of its sort take; what is not in brackets it must have. */
const wireKinds = {
  loss: ['percent'],
  'burst-loss': ['good_to_bad', 'bad_to_good', '[loss_in_bad]', '[loss_in_good]'],
  delay: ['time'],
  jitter: ['time'],
  duplication: ['percent'],
  reordering: ['percent', 'time'],
  corruption: ['percent'],
  rate: ['bandwidth'],
  cut: [],
} as const;
const machineKinds = { 'power-cut': [], pause: ['time'] } as const;
const ofWires = ['wire', '[from]', '[to]', '[since]', '[begin]', '[end]'];
const ofMachines = ['machine', '[since]', '[begin]'];

export type WireKind = keyof typeof wireKinds;
type FaultKind = keyof typeof machineKinds;

const percentExpected = 'expected a percentage from 0 to 100, such as 1 or 1%';
const percent = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?%$/)
        .transform((text) => Number(text.slice(0, -1))),
    ],
    percentExpected,
  )
  .refine((value) => value >= 0 && value <= 100, percentExpected);

const zeroForm = /^(traffic|migration [1-9]\d{0,4})$/;

const fields = z.strictObject({
  kind: z
    .enum([...Object.keys(wireKinds), ...Object.keys(machineKinds)] as [WireKind | FaultKind])
    .describe('What goes wrong; which other keys it takes is in docs/impairments.md.'),
  wire: z.string().optional().describe('Name of a wire of the topology.'),
  from: z.string().optional().describe('Only what this machine sends.'),
  to: z.string().optional().describe('Only what this machine hears.'),
  machine: z.string().optional().describe('The machine that a power-cut or a pause befalls.'),
  since: z
    .string()
    .regex(zeroForm, 'expected traffic, or migration and its number')
    .default('traffic')
    .describe(
      'What begin and end count from: "traffic", just before the process starts, or "migration N", just before it migrates the Nth time.',
    ),
  begin: instant.schema.default('0s').describe('When it begins, such as 20ms or -1s.'),
  end: instant.schema.optional().describe('When it ends; without it the impairment stays.'),
  percent: percent.optional().describe('Chance for each frame.'),
  good_to_bad: percent
    .optional()
    .describe("Of a burst-loss: chance after each frame that the channel's state turns bad."),
  bad_to_good: percent
    .optional()
    .describe("Of a burst-loss: chance after each frame that the channel's state turns good."),
  loss_in_bad: percent
    .optional()
    .describe('Of a burst-loss: chance for each frame in the bad state; 100 unless given.'),
  loss_in_good: percent
    .optional()
    .describe('Of a burst-loss: chance for each frame in the good state; 0 unless given.'),
  time: duration.schema
    .optional()
    .describe('How much later a frame comes, or how long a pause is, such as 5ms.'),
  bandwidth: bandwidth.schema.optional().describe("Of a rate, such as 100Mbit; no more than the wire's own."),
});

/** One impairment as an experiment's file has it. */
export type Impairment = z.infer<typeof fields>;

export const impairmentSchema = fields
  .superRefine((impairment, context) => {
    for (const { key, message } of [
      ...wrongKeys(impairment),
      ...wrongTimes(impairment),
      ...noChance(impairment),
    ])
      context.addIssue({ code: 'custom', path: [key], message });
  })
  .describe('One thing that goes wrong, on a wire or with a machine.');

interface Problem {
  key: string;
  message: string;
}

export const isWireKind = (kind: Impairment['kind']): kind is WireKind => kind in wireKinds;

function wrongKeys(impairment: Impairment): Problem[] {
  const { kind } = impairment;
  const known = [...(kind in wireKinds ? ofWires : ofMachines), ...{ ...wireKinds, ...machineKinds }[kind]];
  const names = known.map((key) => key.replace(/[[\]]/g, ''));
  const takes = names.join(', ');
  const given = Object.entries(impairment).filter(([key, value]) => key !== 'kind' && value !== undefined);
  return [
    ...given
      // Those have defaults.
      .filter(([key]) => !names.includes(key) && !['since', 'begin'].includes(key))
      .map(([key]) => ({ key, message: `not for a ${kind}; expected one of ${takes}` })),
    ...known
      .filter((key) => !key.startsWith('[') && !given.some(([each]) => each === key))
      .map((key) => ({ key, message: `missing; expected it: a ${kind} takes ${takes}` })),
  ];
}

function wrongTimes({ since, begin, end }: Impairment): Problem[] {
  const from = instant.read(begin);
  const problems: Problem[] = [];
  if (from < 0 && since === 'traffic')
    problems.push({ key: 'begin', message: 'nothing runs before the traffic; expected 0s or later' });
  if (end !== undefined && instant.read(end) <= from)
    problems.push({ key: 'end', message: `expected a time after its begin, ${begin}` });
  return problems;
}

/** What would never happen, or never end, was hardly meant. */
function noChance(impairment: Impairment): Problem[] {
  return (['percent', 'good_to_bad', 'bad_to_good'] as const)
    .filter((key) => impairment[key] === 0)
    .map((key) => ({ key, message: 'expected more than 0' }));
}

/** What each parameter of the impairment means: percent, time in ns, bandwidth in bit/s; in the order of its kind. */
export function parametersOf(impairment: Impairment): Record<string, number> {
  const taken = { ...wireKinds, ...machineKinds }[impairment.kind].map((key) => key.replace(/[[\]]/g, ''));
  return Object.fromEntries(taken.map((key) => [key, parameter(impairment, key as keyof Impairment)]));
}

function parameter(impairment: Impairment, key: keyof Impairment): number {
  const value = impairment[key];
  if (key === 'time') return duration.read(String(value));
  if (key === 'bandwidth') return bandwidth.read(String(value));
  return Number(value ?? { loss_in_bad: 100, loss_in_good: 0 }[key as string]);
}

/** The number of the zero that an impairment counts from: 0 for the traffic, N for migration N. */
export const zeroOf = ({ since }: Pick<Impairment, 'since'>): number =>
  since === 'traffic' ? 0 : Number(since.split(' ')[1]);

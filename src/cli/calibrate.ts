// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { ExitCode } from '../fault.ts';
import { type LabPlan, planLab } from '../plan/lab.ts';
import { calibrate as measure } from '../run/calibrate.ts';
import { type Calibration, type Check, judge } from '../run/calibration.ts';
import { prepareGround } from '../run/ground.ts';
import { topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';
import { paint } from './colour.ts';
import { interruption } from './interruption.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export const calibrate = (program: Command) =>
  program
    .command('calibrate')
    .description(
      'measure on the virtual clock what the wires give, and compare it with what they are meant to',
    )
    .argument('[topology]', 'a file, or a name below lab/topologies/', 'broadcast-cluster')
    .option('--json', 'print the measurement as JSON')
    .addHelpText(
      'after',
      '\nOne boot: pings on each idle wire, then one connection in one direction and in both, as fast as it goes.\n' +
        '\nExamples:\n  miglab calibrate\n  miglab calibrate my-cluster.lab.yml --json\n',
    )
    .action(async (topology: string, { json }: { json?: boolean }) => {
      const signal = interruption();
      const shown = progress(json);
      const lab = planLab(await readTopology(topologyPath(topology)));
      const ground = await prepareGround(lab.image, shown.report, undefined, signal);
      shown.report({ stage: 'calibrate', detail: 'boot, pings, traffic' });
      const calibration = await measure(lab, ground, signal);
      shown.end();
      const checks = judge(lab, calibration);
      const good = checks.every((check) => check.good);
      if (json) printJson({ topology: lab.topology, good, checks, ...calibration });
      else print(describe(lab, checks, calibration));
      process.exitCode = good ? ExitCode.good : ExitCode.checkFailed;
    });

const describe = (lab: LabPlan, checks: readonly Check[], { rates, busy }: Calibration): string =>
  [
    ...checks.flatMap(describeCheck),
    '',
    'As fast as it goes; share of the time in which the processors were busy:',
    `  one direction    ${megabytes(rates.source.fromNode)}; ${shares(lab, busy.source)}`,
    `  both directions  ${megabytes(rates.duplex.fromNode)} from the node, ${megabytes(rates.duplex.fromPeer)} from the peer; ${shares(lab, busy.duplex)}`,
    '',
    advice,
  ].join('\n');

function describeCheck({ name, unit, expected, measured, least, most, good }: Check): string[] {
  const verdict = good ? paint('green', 'good') : paint('red', 'not as the wire is meant to be');
  const shown = unit === 'ns' ? microseconds : megabytes;
  const difference =
    unit === 'ns'
      ? `${microseconds(measured - expected)} in the guests, at most ${microseconds(most - expected)}`
      : `${((100 * measured) / expected).toFixed(2)}%, at least ${((100 * least) / expected).toFixed(0)}%`;
  return [`${name}: ${verdict}`, `  the wire ${shown(expected)}, measured ${shown(measured)}: ${difference}`];
}

const shares = (lab: LabPlan, busy: Record<string, number>) =>
  lab.machines
    .map(
      ({ name, instructionNs }) =>
        `${name} ${Math.round(100 * (busy[name] ?? Number.NaN))}% at ${instructionNs} ns an instruction`,
    )
    .join(', ');

const microseconds = (ns: number) => `${(ns / 1000).toFixed(1)} us`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB/s`;

const advice = [
  'A processor of one instruction a nanosecond may not carry both directions and the copy of an image at once.',
  'instruction_ns of a machine in the topology (1, 2, 4 or 8) makes its processor slower, never faster; a slower wire',
  '(bandwidth) is the way to a machine that is faster in relation to it.',
].join('\n');

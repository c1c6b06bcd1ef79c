// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { patience } from './chosen.ts';

const { events } = guestFiles;

/** The demonstration tool on both nodes: each moves its connections to the other. */
const serve = (node: string, other: string, options: string) =>
  `tcpmig-move node --listen ${lab.cluster.address}:5000 --control ${addressOn(lab, node, 'private')}:7100 --to ${addressOn(lab, other, 'private')}:7100 ${options} >> ${events} & serving=$!`;

test(
  'the module moves connections alone, without a process: both directions, half closed, called off and again',
  async () => {
    const boot = await carryOut('connections alone', (machine) => {
      if (machine.role === 'peer') {
        const connect = (options: string) =>
          `tcpmig-move peer --connect ${lab.cluster.address}:5000 ${options} >> ${events} || fail "peer: ${options}"`;
        return [
          'barrier_at 1 listening',
          connect('--bytes 8000000 --connections 2'),
          connect('--bytes 1000 --reply 16000000'),
          connect('--bytes 4000000 --hold 500'),
          'barrier_at 2 done',
        ];
      }
      const other = machine.name === 'node-a' ? 'node-b' : 'node-a';
      return [
        ...loadModule(lab, machine),
        serve(machine.name, other, '--moves 3 --aborts 1 --every 150'),
        'barrier_at 1 listening',
        'barrier_at 2 done',
        'kill $serving; wait $serving || :',
        `say module "counters=$(cat /proc/net/tcpmig)"`,
      ];
    });
    expect(boot.problem).toBe('');
    const ends = boot.events('peer', 'peer-end');
    expect(ends.length).toBeGreaterThan(0);
    const counter = (name: string) =>
      ['node-a', 'node-b'].reduce((sum, node) => {
        const text = String(boot.events(node, 'module')[0]?.counters);
        return sum + Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
      }, 0);
    expect(counter('committed')).toBe(counter('activated'));
    expect(counter('committed')).toBeGreaterThanOrEqual(4);
    expect(counter('aborted')).toBeGreaterThanOrEqual(4);
  },
  patience * 180_000,
);

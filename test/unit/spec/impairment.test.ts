// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../../src/fault.ts';
import { readExperiment, requireClock } from '../../../src/spec/experiment.ts';

/** An experiment's file with this impairment as its last line; of three migrations on the shipped topology. */
function fileWith(impairment: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-impaired-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file.yml');
  const small = readFileSync('test/lab/small.exp.yml', 'utf8').replace('repetitions: 1', 'repetitions: 3');
  writeFileSync(file, `${small}impairments:\n  - ${impairment}`);
  return file;
}

/** What is said of the impairment, with the word whose place is shown. */
async function complaint(
  impairment: string,
  clock?: 'real' | 'virtual',
): Promise<{ said: string; at: string }> {
  const file = fileWith(impairment);
  const error: unknown = await readExperiment(file)
    .then((experiment) => (clock ? requireClock(file, { ...experiment, clock }) : undefined))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  if (error === undefined) return { said: '', at: '' };
  expect(error).toBeInstanceOf(Fault);
  expect((error as Fault).exitCode).toBe(64);
  const said = (error as Fault).message.replaceAll(file, 'file');
  const [, line = '', column = ''] = /^file:(\d+):(\d+): /.exec(said) ?? [];
  const text = readFileSync(file, 'utf8').split('\n')[Number(line) - 1] ?? '';
  return { said, at: text.slice(Number(column) - 1) };
}

test.each([
  '{ kind: loss, wire: public, percent: 1 }',
  '{ kind: loss, wire: public, from: peer, to: node-a, percent: 0.1%, since: migration 3, begin: -200ms, end: -1ms }',
  '{ kind: burst-loss, wire: control, good_to_bad: 1%, bad_to_good: 20%, loss_in_bad: 90, loss_in_good: 0 }',
  '{ kind: jitter, wire: public, time: 1ms }',
  '{ kind: reordering, wire: public, percent: 5, time: 700us }',
  '{ kind: rate, wire: private, from: node-a, to: node-b, bandwidth: 100Mbit }',
  '{ kind: cut, wire: private, begin: 1s, end: 1.5s }',
  '{ kind: power-cut, machine: node-b, since: migration 1 }',
  '{ kind: pause, machine: peer, time: 2s, begin: 0s }',
])('%s is understood', async (impairment) => {
  expect(await complaint(impairment)).toEqual({ said: '', at: '' });
  expect(await complaint(impairment, 'virtual')).toEqual({ said: '', at: '' });
});

// The impairment, the text from the place that is shown on, and what is said.
test.each([
  ['{ kind: fire, wire: public }', 'fire', /kind: .*"loss"\|"burst-loss".*"pause"/],
  [
    '{ kind: loss, wire: public, percent: 1, chance: 1 }',
    'chance',
    'unknown key; expected one of kind, wire',
  ],
  [
    '{ kind: loss, wire: public }',
    '{ kind: loss',
    'percent: missing; expected it: a loss takes wire, from, to, since',
  ],
  [
    '{ kind: delay, wire: public, percent: 1, time: 1ms }',
    '1, time',
    'not for a delay; expected one of wire, from, to',
  ],
  [
    '{ kind: cut, wire: public, machine: peer }',
    'peer',
    'machine: not for a cut; expected one of wire, from',
  ],
  [
    '{ kind: pause, machine: peer, wire: public, time: 1s }',
    'public',
    'not for a pause; expected one of machine, since, begin, time',
  ],
  [
    '{ kind: power-cut, machine: peer, end: 1s }',
    '1s',
    'not for a power-cut; expected one of machine, since, begin',
  ],
  ['{ kind: cut }', '{ kind', 'wire: missing'],
  ['{ kind: loss, wire: public, percent: 101 }', '101', 'expected a percentage from 0 to 100'],
  ['{ kind: loss, wire: public, percent: -1% }', '-1%', 'expected a percentage from 0 to 100'],
  ['{ kind: loss, wire: public, percent: 0 }', '0 }', 'expected more than 0'],
  ['{ kind: delay, wire: public, time: 5 }', '5 }', 'expected a time in ns, us, ms or s'],
  [
    '{ kind: cut, wire: public, end: soon }',
    'soon',
    'expected a time in ns, us, ms or s, such as 0s, 1.5s or -200ms',
  ],
  ['{ kind: cut, wire: public, begin: 1s, end: 800ms }', '800ms', 'expected a time after its begin, 1s'],
  ['{ kind: cut, wire: public, begin: -1s }', '-1s', 'nothing runs before the traffic'],
  [
    '{ kind: cut, wire: public, since: migration }',
    'migration',
    'expected traffic, or migration and its number',
  ],
  ['{ kind: cut, wire: public, since: migration 4 }', 'migration 4', 'no cell has more than 3 migrations'],
  ['{ kind: cut, wire: publik }', 'publik', 'no wire "publik"; expected one of public, private, control'],
  [
    '{ kind: cut, wire: private, from: peer }',
    'peer',
    'no machine "peer" on the wire private; expected one of node-a, node-b',
  ],
  ['{ kind: cut, wire: public, to: nobody }', 'nobody', 'no machine "nobody" on the wire public'],
  [
    '{ kind: cut, wire: public, from: peer, to: peer }',
    'peer }',
    'expected another machine than the one it comes from',
  ],
  [
    '{ kind: pause, machine: nobody, time: 1s }',
    'nobody',
    'no machine "nobody"; expected one of node-a, node-b, peer',
  ],
  ['{ kind: rate, wire: public, bandwidth: 2Gbit }', '2Gbit', "expected no more than the wire's own 1Gbit"],
  [
    '{ kind: rate, wire: public, bandwidth: 1Mbit, from: peer, to: node-a }',
    'node-a',
    "a rate is that of one machine's cable",
  ],
])('%s is refused at "%s"', async (impairment, place, words) => {
  const { said, at } = await complaint(impairment);
  expect(said).toMatch(words);
  expect(at.startsWith(place)).toBe(true);
});

test.each([
  ['{ kind: power-cut, machine: node-b }', 'power-cut', 'a power-cut needs the virtual clock'],
  ['{ kind: pause, machine: node-b, time: 1s }', 'pause', 'a pause needs the virtual clock'],
  [
    '{ kind: cut, wire: public, to: node-a }',
    'node-a',
    'on the real clock every machine on public hears the same',
  ],
])('%s is refused on the real clock alone', async (impairment, place, words) => {
  const { said, at } = await complaint(impairment, 'real');
  expect(said).toMatch(words);
  expect(at.startsWith(place)).toBe(true);
  expect(await complaint(impairment, 'virtual')).toEqual({ said: '', at: '' });
});

test('what one of two machines hears is what the other sends: the real clock can do it', async () => {
  expect(await complaint('{ kind: cut, wire: private, to: node-a }', 'real')).toEqual({ said: '', at: '' });
});

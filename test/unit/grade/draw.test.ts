// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { drawFrom } from '../../../src/grade/draw.ts';
import { planChecks, topologyName } from '../../../src/grade/plan.ts';
import { assignmentNames, readAssignment } from '../../../src/spec/assignment.ts';
import { topologyPath } from '../../../src/spec/catalogue.ts';
import { readTopology } from '../../../src/spec/topology.ts';

test('the same seed chooses the same, another something else', () => {
  const numbers = (seed: string, check: string) => {
    const draw = drawFrom(seed, 'assignment', check);
    return Array.from({ length: 20 }, (_, each) => draw.whole(String(each), 0, 1000));
  };
  expect(numbers('secret', 'one')).toEqual(numbers('secret', 'one'));
  expect(numbers('secret', 'one')).not.toEqual(numbers('other', 'one'));
  expect(numbers('secret', 'one')).not.toEqual(numbers('secret', 'two'));
});

test('words do not run into each other', () => {
  expect(drawFrom('a', 'b', 'cd').whole('x', 0, 1e9)).not.toBe(drawFrom('a', 'bc', 'd').whole('x', 0, 1e9));
});

test('choices stay within what they are of, and reach all of it', () => {
  const of = Array.from({ length: 400 }, (_, each) => drawFrom(String(each), 'check'));
  expect(new Set(of.map((draw) => draw.whole('n', 3, 6)))).toEqual(new Set([3, 4, 5, 6]));
  expect(new Set(of.map((draw) => draw.one('role', ['source', 'sink'])))).toEqual(
    new Set(['source', 'sink']),
  );
  const rates = of.map((draw) => draw.number('rate', { from: 2, to: 2.5 }));
  expect(new Set(rates)).toEqual(new Set([2, 2.1, 2.2, 2.3, 2.4, 2.5]));
  expect(drawFrom('', '').number('rate', 7)).toBe(7);
});

test('seeds change ports, rates and instants of every check', async () => {
  const topology = await readTopology(topologyPath(topologyName));
  for (const name of assignmentNames()) {
    const assignment = await readAssignment(name);
    const [one, other] = ['one', 'other'].map((seed) => planChecks(assignment, topology, seed));
    one?.forEach((planned, index) => {
      const facts = (check = planned) => ({
        ports: check.lab.machines.map(({ ports }) => ports),
        ...('cell' in check ? { seed: check.cell.seed, port: check.cell.peerPort } : check.window),
      });
      const [a, b] = [facts(), facts(other?.[index])];
      expect(a.ports).not.toEqual(b.ports);
      expect(a.seed).not.toBe(b.seed);
    });
  }
});

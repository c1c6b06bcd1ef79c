// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { runId } from '../../../src/run/run-id.ts';
import { labFolder } from '../../../src/vm/state.ts';

const begun = new Date('2026-03-04T05:06:07.891Z');

test.each([
  ['experiments/tcpmig/figures.exp.yml', 'figures-20260304t050607z'],
  ['/tmp/My Sweep (v2).exp.yaml', 'my-sweep-v2-20260304t050607z'],
  ['Über.exp.yml', 'ber-20260304t050607z'],
  ['日本.exp.yml', 'run-20260304t050607z'],
  [`${'long-'.repeat(30)}.exp.yml`, 'long-long-long-long-long-long-lo-20260304t050607z'],
])('a run of %s is called %s', (file, expected) => {
  const id = runId(file, begun);
  expect(id).toBe(expected);
  // A cell's lab is called after it.
  expect(() => labFolder(`${id}.01.3`)).not.toThrow();
});

// SPDX-License-Identifier: GPL-2.0-only
import { expect, test, vi } from 'vitest';
import { paintVerdicts } from '../../../src/cli/verdicts.ts';

const summary =
  '✓ reproduced\n  no reset\n✗ not reproduced (informational)\n? inconclusive\n· not yet\n2 reproduced';

test('each verdict has its colour on a terminal, and the rest has none', () => {
  vi.unstubAllEnvs();
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('FORCE_COLOR', '1');
  const painted = paintVerdicts(summary).split('\n');
  const codes = painted.map((line) => line.split('m')[0]?.slice(2));
  expect([codes[0], codes[2], codes[3], codes[4]]).toEqual(['32', '31', '33', '2']);
  expect([painted[1], painted[5]]).toEqual(['  no reset', '2 reproduced']);
});

test('elsewhere the text is as it was', () => {
  vi.stubEnv('NO_COLOR', '1');
  expect(paintVerdicts(summary)).toBe(summary);
});

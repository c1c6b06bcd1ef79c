// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { codeOf } from '../../../src/cli/passing.ts';
import type { PassedCell } from '../../../src/run/passing.ts';

const cell = (more: { problem?: string; wrong?: string; holds?: boolean; passes?: number }): PassedCell => ({
  ...{ id: '01-pass', problem: more.problem ?? '' },
  passes: Array.from({ length: more.passes ?? 1 }, () => ({}) as PassedCell['passes'][number]),
  connections: [{ port: 41000, passes: 1, sent: 1, received: 1, problem: more.wrong ?? '' }],
  findings: [{ claim: 'nothing-contradictory', holds: more.holds ?? true, evidence: '' }],
});

test.each([
  ['all held', [cell({})], 0],
  ['a connection is not whole', [cell({}), cell({ wrong: 'lost' })], 1],
  ['a claim does not hold', [cell({ holds: false })], 1],
  ['the machine was lost', [cell({ problem: 'panic', holds: false })], 2],
  ['nothing was passed', [cell({ passes: 0, holds: false })], 2],
  ['no cell', [], 2],
])('exit code: %s', (_, cells, code) => {
  expect(codeOf(cells)).toBe(code);
});

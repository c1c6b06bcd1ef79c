// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { codeOf } from '../../../src/cli/checks.ts';

const cell = (statuses: ('ok' | 'failed')[], problem = '') => ({
  ...{ id: '01-states', check: 'states' as const, problem },
  trials: statuses.map((status) => ({
    ...{ case: 'syn-sent', family: 'ipv4', direction: 'a-b', status, reason: '', segments: 3 },
    ...{ compared: false, ms: 5 },
  })),
});

test.each([
  ['all held', [cell(['ok', 'ok']), cell(['ok'])], 0],
  ['one did not', [cell(['ok', 'failed']), cell(['ok'])], 1],
  ['one did not, and the machine was lost', [cell(['failed'], 'panic')], 1],
  ['all held that were carried out, but not all were', [cell(['ok'], 'ended after 1 trials')], 2],
  ['no trial', [cell([])], 2],
  ['no cell', [], 2],
])('exit code: %s', (_, cells, code) => {
  expect(codeOf(cells)).toBe(code);
});

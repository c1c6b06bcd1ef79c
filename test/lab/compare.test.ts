// SPDX-License-Identifier: GPL-2.0-only
// A module that makes the freeze a tenth longer is found, and one that does the same as before is not.
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Comparison } from '../../src/report/compare/comparison.ts';
import { miglab } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'miglab-compare-'));
const experiment = 'test/lab/compare.exp.yml';

/** A copy of the module in which the text behind `after`, of destination.c, is followed by `added`. */
function changed(name: string, ...changes: { after: string; added: string }[]): string {
  const copy = join(folder, name);
  cpSync('lab/module', copy, { recursive: true });
  const file = join(copy, 'destination.c');
  const source = changes.reduce(
    (text, { after, added }) => {
      expect(text).toContain(after);
      return text.replace(after, `${after}${added}`);
    },
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, source);
  return copy;
}

async function compare(head: string, ...options: string[]) {
  const results = join(folder, `results-${options.length}`);
  const outcome = await miglab(
    ...['compare', '--module', 'lab/module', head, experiment, '--json', '--results', results],
    ...options,
  );
  return { ...outcome, comparison: JSON.parse(outcome.stdout || '{}') as Comparison };
}

test('a module that makes the freeze a tenth longer is a regression, and by how much is told', async () => {
  // The freeze of 10 MB takes 100 ms.
  const slower = changed(
    'slower',
    { after: '#include "session.h"', added: '\n#include <linux/delay.h>' },
    {
      after: 'int tcpmig_session_activate(struct tcpmig_session *s, void __user *arg)\n{\n\tint err;\n',
      added: '\n\tmdelay(10);',
    },
  );
  const { code, stderr, comparison } = await compare(slower, '--metric', 'freeze_ms');
  expect(code, stderr).toBe(1);
  expect(comparison).toMatchObject({
    outcome: 'regression',
    answers: [{ metric: 'freeze_ms', verdict: 'regression', base: { seeds: 5 }, head: { seeds: 5 } }],
  });
  const [answer] = comparison.answers;
  expect(answer?.ratio.value).toBeGreaterThan(1.07);
  expect(answer?.ratio.value).toBeLessThan(1.13);
}, 600_000);

test('a module of other sources that does the same gives the same values: no change, and no question left open', async () => {
  const same = changed('same', { after: '#include "session.h"', added: '\n/* Another hash. */' });
  const { code, stderr, comparison } = await compare(same, '--seeds', '1');
  expect(code, stderr).toBe(0);
  expect(comparison.outcome).toBe('good');
  expect(comparison.base.module).not.toEqual(comparison.head.module);
  expect(new Set(comparison.answers.map(({ verdict }) => verdict))).toEqual(new Set(['identical']));
}, 600_000);

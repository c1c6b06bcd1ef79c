// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareRuns } from '../../../../src/report/compare/comparison.ts';
import { junitOf, xml } from '../../../../src/report/compare/junit.ts';
import { markdownOf } from '../../../../src/report/compare/markdown.ts';
import { renderComparison } from '../../../../src/report/compare/terminal.ts';
import { condition, runOf, shapedRun, trial } from './shaped-runs.ts';

const choices = {
  alpha: 0.05,
  tolerance: () => 0.05,
  noise: [],
  metrics: ['freeze_ms', 'window_kept'] as const,
};
const slower = compareRuns(shapedRun(1, 12), shapedRun(2, 12, { slower: { freeze_ms: 1.5 } }), choices);
const alone = trial(condition({ clock: 'real', impairments: '[{"kind":"<loss> & |delay|"}]' }), {
  freeze_ms: 5,
});
const few = compareRuns(runOf([...shapedRun(1, 3).trials, alone]), shapedRun(2, 3), choices);

test('on the terminal: a table for each condition, its columns in line, and what it comes to last', () => {
  const lines = renderComparison(slower).split('\n');
  const heading = lines.findIndex((line) => line.startsWith('duplex, 50 MB'));
  expect(lines[heading]).toMatch(/; 12 seeds$/);
  const [names = '', freeze = '', window = ''] = lines.slice(heading + 1);
  expect(freeze).toMatch(
    /^ {2}Freeze \(ms\) +4\d\d +6\d\d +\+[45]\d\.\d% +\+.* to \+.* below 0\.0001 .*✗ regression$/,
  );
  expect(window).toMatch(/7\d\.\d% .*= no change$/);
  for (const column of ['HEAD', 'Change']) {
    const end = names.indexOf(column) + column.length;
    expect(freeze[end - 1], column).not.toBe(' ');
    expect(freeze[end], column).toBe(' ');
  }
  expect(lines.at(-1)).toBe('Regression: 5 questions of 10.');
});

test('too few values are told with what would be needed', () => {
  const text = renderComparison(few);
  expect(text).toMatch(/^Too few values: with 3 seeds the least possible p is 0\.1\./m);
  expect(text).toMatch(
    /^No counterpart, in BASE alone: duplex, 1 MB, .*real clock.*: freeze_ms, window_kept$/m,
  );
  expect(text.split('\n').at(-1)).toBe('Nothing can be said: too few values for p below 0.05, with 0 tests.');
});

test('Markdown: rows of the table have as many cells, and no text ends one', () => {
  const tables = markdownOf(slower)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(tables.length).toBeGreaterThan(20);
  for (const line of tables) expect(line.split(/(?<!\\)\|/)).toHaveLength(10);
  expect(markdownOf(slower)).toMatch(/^## Regression: 5 questions of 10\./);
  expect(markdownOf(few)).toContain('&lt;loss> & \\|delay\\|');
});

test('JUnit: a test case for each question and for each condition’s validity; regressions fail, what is open is skipped', () => {
  const text = junitOf(slower);
  expect(text.match(/<testcase /g)).toHaveLength(15);
  expect(text.match(/<failure message="regression: larger is worse">/g)).toHaveLength(5);
  expect(text).toContain('tests="15" failures="5" errors="0" skipped="0"');
  expect(text).toContain('name="validity"/>');
  const open = junitOf(few);
  expect(open).toContain('tests="16" failures="0" errors="0" skipped="11"');
  expect(open).toContain('impaired by &lt;loss&gt; &amp; |delay| (');
  expect(open).not.toContain('<loss>');
});

test('an invalid migration fails its condition’s test case', () => {
  const broken = runOf([trial(condition(), { status: 'invalid', reason: 'rst' })]);
  const text = junitOf(compareRuns(runOf([trial(condition())]), broken, choices));
  expect(text).toMatch(/name="validity"><failure message="more invalid">.*HEAD 0 valid, 1 invalid/);
});

test('XML has what it can say, and nothing it cannot', () => {
  expect(xml(`<a b="c" d='e'>&\n\t`)).toBe('&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;&#10;&#9;');
  expect(xml('\u0000\u001b[31m\uFFFE\uD800 ✗ 😀')).toBe('\uFFFD\uFFFD[31m\uFFFD\uFFFD ✗ 😀');
});

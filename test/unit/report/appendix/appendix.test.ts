// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { type ArtifactFacts, appendixOf, type Evaluation } from '../../../../src/report/appendix/appendix.ts';
import { type Document, paragraph } from '../../../../src/report/appendix/document.ts';
import { toMarkdown } from '../../../../src/report/appendix/markdown.ts';
import { toTex } from '../../../../src/report/appendix/tex.ts';
import { assess } from '../../../../src/report/evaluation/assessment.ts';
import { readEvidence } from '../../../../src/report/evaluation/evidence.ts';
import { readSystems } from '../../../../src/report/evaluation/systems.ts';
import { passesFolder, referenceRows, rowsFolder } from '../evaluation/runs.ts';

const facts: ArtifactFacts = {
  ...{
    name: 'miglab',
    version: '1.2.3',
    description: 'A lab',
    title: 'The lab_of #1',
    authors: ['A. Author'],
  },
  ...{ licence: 'GPL-2.0-only', doi: null, url: null, source: 'v1-2-gabc', node: '>=20.19' },
  ...{ systems: 'Debian 12 or 13', packages: ['apt', 'tar'], diskGb: 6, memoryGb: 3 },
  images: [{ name: 'trixie', suites: ['trixie'], packages: 99, bytes: 181e6, lock: 'f'.repeat(64) }],
};
const systems = await readSystems();
const runs = await Promise.all([rowsFolder(referenceRows()), passesFolder()].map(readEvidence));
const evaluation: Evaluation = {
  ...{ extent: 'quick', systems, runs, assessments: assess(systems, runs, 'quick') },
  preparation: { seconds: 125, builds: ['QEMU'] },
  references: [{ run: 'figures-1', cells: 7, identical: 7 }],
};
const written = (given: Partial<ArtifactFacts> = {}, of: Partial<Evaluation> = {}) =>
  toMarkdown(appendixOf({ ...facts, ...given }, { ...evaluation, ...of }));
const shown = (line: string): Document => ({ title: 'T', blocks: [paragraph(line)] });
const body = (text: string) => text.trim().split('\n\n').at(-1);

test('each claim with an experiment is a row: expected, measured, tolerance, verdict, and what is stated', () => {
  const [row = ''] = written().match(/^\| The window shrinks markedly.*$/m) ?? [];
  expect(row.split(/ ?(?<!\\)\| ?/).slice(2, -1)).toEqual([
    ...['tcpmig, §5', 'at most 50% (our reading)', '76.0% (75.9% to 76.1%)', '0%', 'not reproduced'],
    'not reproduced, 76% ± 5% on the virtual clock: as stated',
  ]);
  const rows = written().match(/^\| .* \|$/gm) ?? [];
  // Twelve claims and two experiments, each table with a heading and a line below it.
  expect(rows).toHaveLength(12 + 2 + 2 * 2);
});

test('times are those measured, and absent where nothing was', () => {
  expect(written()).toContain('- Preparation time, measured here: 2 min 05 s; built QEMU');
  expect(written()).toContain('- Experiment time, measured here: 1 min 01 s in 1 run');
  const judged = written({}, { preparation: null, runs: [], assessments: assess(systems, [], 'quick') });
  expect(judged).not.toContain('measured here:');
  expect(judged).toContain('– (no run of tcpmig/figures)');
});

test('an archive and a source are named where they are known, and not otherwise', () => {
  expect(written()).not.toMatch(/doi:|Archive:|Source:/);
  expect(written({ doi: '10.5281/zenodo.1', url: 'https://example.org' })).toMatch(
    /Source: https:\/\/example\.org\. Archive: doi:10\.5281\/zenodo\.1/,
  );
});

test('Markdown: what has a meaning is escaped, within words and at the start of a line', () => {
  expect(written()).toContain('The lab\\_of \\#1');
  const signs = 'a*b_c`d`[e](f)<g>|h#i~j&k!l\\m';
  expect(body(toMarkdown(shown(signs)))).toBe('a\\*b\\_c\\`d\\`\\[e\\](f)\\<g\\>\\|h\\#i\\~j\\&k\\!l\\\\m');
  expect(body(toMarkdown(shown('1. one\n- two')))).toBe('1\\. one - two');
  expect(body(toMarkdown(shown('- two')))).toBe('\\- two');
});

test('Markdown: code keeps its signs; a bar in a table, and backticks, do not end it', () => {
  const line = [{ code: 'a|b `c` *d*' }];
  const blocks = [{ kind: 'table', heads: [{ text: 'H', share: 1 }], rows: [[line]] }] as const;
  expect(toMarkdown({ title: 'T', blocks })).toContain('| ``a\\|b `c` *d*`` |');
});

test('TeX: no sign is left that TeX takes for its own, or that its fonts lack', () => {
  expect(body(toTex(shown('50% of $1 & #2_a {b} ~c^d\\e <f> [g] *')))).toBe(
    '50\\% of \\$1 \\& \\#2\\_a \\{b\\} \\textasciitilde{}c\\textasciicircum{}d\\textbackslash{}e \\textless{}f\\textgreater{} {[}g{]} {*}',
  );
  expect(body(toTex(shown('−46 ± 1\u00a0ms ≥ §5 “x” – y’s')))).toBe(
    "\\ensuremath{-}46 \\ensuremath{\\pm} 1~ms \\ensuremath{\\geq} \\S{}5 ``x'' -- y's",
  );
  const options = { title: 'T', blocks: [paragraph({ code: 'verify --quick' })] };
  expect(toTex(options)).toContain('\\texttt{verify {-}{-}quick}');
});

test('TeX: environments are closed in order, braces are balanced, and all is ASCII or letters', () => {
  const tex = toTex(appendixOf(facts, evaluation));
  const open: string[] = [];
  for (const [, kind, name = ''] of tex.matchAll(/\\(begin|end)\{(\w+)\}/g))
    if (kind === 'begin') open.push(name);
    else expect(open.pop()).toBe(name);
  expect(open).toEqual([]);
  let depth = 0;
  for (const [brace] of tex.replace(/\\[{}]/g, '').matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
  expect(tex.match(/[^\p{ASCII}\p{L}]/gu)).toBeNull();
  for (const row of tex.match(/^.* \\\\$/gm) ?? [])
    expect([1, 2, 6]).toContain(row.match(/(?<!\\)&/g)?.length);
});

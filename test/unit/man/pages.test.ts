// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = 'lab/libtcpmig/man';
const pages = readdirSync(folder).sort();
const text = (page: string) => readFileSync(join(folder, page), 'utf8');
const device = readFileSync('lab/module/uapi/tcpmig.h', 'utf8');
const library = readFileSync('lab/libtcpmig/include/libtcpmig.h', 'utf8');

const all = (from: string, pattern: RegExp) => [...from.matchAll(pattern)].map(([, name]) => name as string);
/** Names in bold or as a tag, which is how a page speaks of them. */
const constants = (page: string) => new Set(all(text(page), /\b(?:Dv|Cm) ([\w-]+)/g));

describe('the pages tell of everything that the headers have', () => {
  test('every operation of the device', () => {
    const operations = all(device, /#define (TCPMIG_IOC_\w+)/g);
    expect(operations.length).toBeGreaterThan(10);
    expect(operations.filter((name) => !constants('tcpmig.4').has(name))).toEqual([]);
  });

  test('every refusal, by the name under which it is counted and printed, with what to do about it', () => {
    const names = all(/TCPMIG_REFUSED_NAMES \{([\s\S]*?)\}/.exec(device)?.[1] ?? '', /"([a-z0-9-]+)"/g);
    expect(names[0]).toBe('ok');
    expect(names.length).toBeGreaterThan(15);
    for (const name of names.slice(1))
      expect(text('tcpmig.4'), name).toMatch(new RegExp(`^\\.It Dv ${name}\\n[A-Z].*\\.\\n[A-Z].*\\.$`, 'm'));
  });

  test('every attribute of a state', () => {
    const attributes = all(device, /^\tTCPMIG_A_(\w+),/gm).filter((name) => name !== 'UNSPEC');
    expect(attributes.length).toBeGreaterThan(200);
    expect(attributes.filter((name) => !constants('tcpmig-state.5').has(name))).toEqual([]);
  });

  test('every counter and module parameter', () => {
    const sources = ['stats.c', 'main.c', 'cluster.c', 'capture.c', 'module.h']
      .map((file) => readFileSync(join('lab/module', file), 'utf8'))
      .join('\n');
    const parameters = all(sources, /^module_param(?:_named)?\((\w+)/gm);
    expect(parameters.length).toBeGreaterThan(4);
    const page = text('tcpmig.4');
    expect(parameters.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
    const counters = all(/#define TCPMIG_COUNTERS[\s\S]*?\n\n/.exec(sources)?.[0] ?? '', /\b[A-Z]\((\w+)\)/g);
    expect(counters.length).toBeGreaterThan(15);
    expect(counters.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });

  test('every function of the library, with its own arguments', () => {
    const functions = all(library, /^[a-z][\w ]*?[ *](tcpmig_\w+)\(/gm);
    expect(functions.length).toBeGreaterThan(40);
    const synopses = pages.map(text).join('\n');
    for (const name of functions) {
      expect(synopses, name).toMatch(new RegExp(`^\\.Nm ${name}( ,)?$`, 'm'));
      const amount = argumentsIn(library, name);
      const declared = new RegExp(`^\\.Fn ${name}((?: "[^"]*")+)$`, 'm').exec(synopses)?.[1];
      const listed = new RegExp(`^\\.Fo ${name}\\n((?:\\.Fa .*\\n)+)`, 'm').exec(synopses)?.[1];
      const told = declared?.match(/"[^"]*"/g) ?? listed?.match(/^\.Fa/gm);
      expect(told?.length, name).toBe(amount);
    }
  });

  test('every page that is referred to is there, or the system has it', () => {
    // A page is installed under each name that it has.
    const known = new Set(
      pages.flatMap((page) => [
        page,
        ...all(text(page), /^\.Nm (\w+)/gm).map((name) => `${name}.${page.split('.')[1]}`),
      ]),
    );
    for (const page of pages)
      for (const name of all(text(page), /^\.Xr ((?:lib)?tcp\w+[\w-]* \d)/gm))
        expect(known, `${page}: ${name}`).toContain(name.replace(' ', '.'));
  });
});

/** Of a function in the header; a function among them counts as one. */
function argumentsIn(header: string, name: string): number {
  const from = header.search(new RegExp(`^[a-z].*[ *]${name}\\(`, 'm'));
  let depth = 0;
  let commas = 0;
  for (let at = header.indexOf('(', from) + 1; depth >= 0; at++) {
    if (header[at] === '(') depth++;
    if (header[at] === ')') depth--;
    if (header[at] === ',' && depth === 0) commas++;
  }
  return commas + 1;
}

const linters = [
  { program: 'groff', argv: ['-mdoc', '-ww', '-z', '-Tutf8'] },
  { program: 'mandoc', argv: ['-T', 'lint', '-W', 'warning'] },
];

for (const { program, argv } of linters) {
  const missing = spawnSync(program, ['--help']).error !== undefined;
  if (missing)
    process.stdout.write(`The manual pages are not checked with ${program}, which is not installed.\n`);
  test.skipIf(missing).each(pages)(`${program} has nothing against %s`, (page) => {
    const { stdout, stderr } = spawnSync(program, [...argv, join(folder, page)], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
  });
}

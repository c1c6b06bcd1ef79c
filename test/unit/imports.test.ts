// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** The rooms of src/ that each room may import from; a room always may from itself. */
const allowed: Record<string, string[]> = {
  spec: [],
  pcap: [],
  plan: ['spec'],
  host: [],
  vm: ['plan', 'image'],
  image: ['spec', 'host', 'vm'],
  guest: [],
  analysis: ['pcap', 'spec'],
  report: ['analysis', 'spec'],
  schema: ['image', 'report', 'spec'],
  run: ['analysis', 'guest', 'host', 'image', 'pcap', 'plan', 'spec', 'vm'],
  archive: ['analysis', 'image', 'plan', 'report', 'run', 'spec'],
  grade: ['analysis', 'image', 'pcap', 'plan', 'run', 'spec', 'vm'],
  api: ['guest', 'image', 'plan', 'run', 'spec', 'vm'],
  cli: [
    'analysis',
    'archive',
    'grade',
    'guest',
    'host',
    'image',
    'plan',
    'report',
    'run',
    'schema',
    'spec',
    'vm',
  ],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const importsOf = (file: string) =>
  [...readFileSync(join('src', file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, to = '']) =>
    normalize(join(dirname(file), to)),
  );
const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '');

test('rooms import only from the rooms they may', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter(
        (to) =>
          roomOf(to) !== '' && roomOf(to) !== roomOf(file) && !allowed[roomOf(file)]?.includes(roomOf(to)),
      )
      .map((to) => `${file} -> ${to}`),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test('no file imports itself through others', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const to of graph.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

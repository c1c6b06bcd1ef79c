// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema } from '../../../src/schema/json-schema.ts';
import { type Kind, kindNames, kindOf } from '../../../src/schema/kinds.ts';
import { ownFiles } from '../../../src/schema/validate.ts';
import { yamlFiles } from './own-files.ts';

const published = (kind: Kind) => `docs/schema/${kind}.schema.json`;
const schemas = Object.fromEntries(
  kindNames.map((kind) => [kind, JSON.parse(readFileSync(published(kind), 'utf8'))]),
);
const ajv = new Ajv2020({ allowUnionTypes: true });
const checks = Object.fromEntries(kindNames.map((kind) => [kind, ajv.compile(schemas[kind])]));

interface Shape {
  description?: string;
  properties?: Record<string, Shape>;
  [keyword: string]: unknown;
}

/** Keys of a schema that say nothing of themselves, by their places. */
function undescribed(shape: Shape, place: string): string[] {
  const keys = Object.entries(shape.properties ?? {});
  const inner = Object.entries(shape).flatMap(([keyword, value]) =>
    keyword === 'properties'
      ? keys
      : typeof value === 'object' && value !== null
        ? [[keyword, value] as const]
        : [],
  );
  return [
    ...keys.filter(([, { description }]) => !description).map(([key]) => `${place}.${key}`),
    ...inner.flatMap(([key, value]) => undescribed(value as Shape, `${place}.${key}`)),
  ];
}

test.each(kindNames)('docs/schema has the schema of %s as it is now', (kind) => {
  expect(schemas[kind]).toEqual(jsonSchema(kind));
  expect(schemas[kind].$schema).toBe('https://json-schema.org/draft/2020-12/schema');
});

test.each(kindNames)('every key of %s says what it is', (kind) => {
  expect(undescribed(schemas[kind], kind)).toEqual([]);
  expect(undescribed({ properties: { key: {} } }, 'any')).toEqual(['any.key']);
});

test('every YAML file of the repository is of a kind, and is found', () => {
  expect(yamlFiles.filter((file) => !kindOf(file))).toEqual([]);
  expect(ownFiles().map((file) => relative('', file))).toEqual(yamlFiles.toSorted());
});

test.each(yamlFiles)('%s passes the published schema, and names it to editors', (file) => {
  const kind = kindOf(file) as Kind;
  const text = readFileSync(file, 'utf8');
  const path = relative(dirname(file), published(kind));
  expect(text.split('\n').slice(0, 2)).toEqual([
    '# SPDX-License-Identifier: GPL-2.0-only',
    `# yaml-language-server: $schema=${path}`,
  ]);
  checks[kind]?.(parse(text));
  expect(checks[kind]?.errors).toBeNull();
});

test.each([
  ['experiments/tcpmig/figures.exp.yml', 'seed: 1\n', 'seed: one\n'],
  ['experiments/tcpmig/figures.exp.yml', 'timeout_s: 240', 'timeout: 240'],
  ['experiments/tcpmig/figures.exp.yml', 'role: duplex', 'role: double'],
  ['experiments/tcpmig/figures.exp.yml', 'engine: tcpmig', 'engine: fuzz'],
  ['experiments/tcpmig/figures.exp.yml', 'clock: auto\n', ''],
  ['experiments/module/soak.exp.yml', 'time: 5ms', 'time: 5'],
  ['experiments/module/soak.exp.yml', 'warm_up: 10', 'warm_up: 1'],
  ['experiments/module/states.exp.yml', 'check: states', 'check: status'],
  ['experiments/module/changes.exp.yml', 'families:', 'directions: [a-b]\n    families:'],
  ['experiments/module/fuzz.exp.yml', 'inputs: 250000', 'inputs: 0'],
  ['experiments/tcpcp/pass.exp.yml', 'connections: 12', 'connections: 2'],
  ['lab/topologies/broadcast-cluster.lab.yml', 'kind: pair', 'kind: tube'],
  ['lab/topologies/broadcast-cluster.lab.yml', 'role: peer, ', ''],
  ['lab/topologies/broadcast-cluster.lab.yml', '10.77.1.0/24', '10.77.1.0/16'],
  ['experiments/tcpmig/claims.yml', 'metric: delay_ms', 'metric: delay'],
  ['experiments/tcpcp/claims.yml', 'status: elsewhere', 'status: somewhere'],
  ['images/trixie.image.yml', 'kind: guest', 'kind: ghost'],
  ['images/trixie-debug.image.yml', 'memory_mb: 1536', 'memory: 1536'],
])('%s with "%s" as "%s" does not pass the published schema', (file, from, to) => {
  const good = readFileSync(file, 'utf8');
  expect(good).toContain(from);
  expect(checks[kindOf(file) as Kind]?.(parse(good.replace(from, to)))).toBe(false);
});

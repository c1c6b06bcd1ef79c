// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ZodType } from 'zod';
import { parseCellFile } from '../../../src/analysis/cell-file.ts';
import { Fault } from '../../../src/fault.ts';
import { recipeSchema } from '../../../src/image/recipe.ts';
import { readClaims } from '../../../src/report/claims.ts';
import { readDocument } from '../../../src/spec/document.ts';
import { experimentSchema } from '../../../src/spec/experiment.ts';
import { topologySchema } from '../../../src/spec/topology.ts';

const topology = 'lab/topologies/broadcast-cluster.lab.yml';
const experiment = 'experiments/tcpmig/figures.exp.yml';
const guest = 'images/trixie.image.yml';
const claims = 'experiments/tcpmig/claims.yml';

const schemas: Record<string, ZodType> = {
  [topology]: topologySchema,
  [experiment]: experimentSchema,
  [guest]: recipeSchema,
};

/** Reads a changed copy of a shipped file as the program does. @returns what it says, with `file` for the copy's path */
async function complaint(
  file: string,
  from: string,
  to: string,
): Promise<{ text: string; at: number; said: string }> {
  const good = readFileSync(file, 'utf8');
  expect(good.split(from).length, `"${from}" in ${file}`).toBeGreaterThan(1);
  const folder = mkdtempSync(join(tmpdir(), 'miglab-faulty-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, 'copy.yml');
  const text = good.replace(from, () => to);
  writeFileSync(copy, text);
  const schema = schemas[file];
  const outcome = await (schema ? readDocument(copy, schema) : readClaims(copy)).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Fault);
  const fault = outcome as Fault;
  expect(fault.exitCode).toBe(64);
  return { text, at: good.indexOf(from), said: fault.message.replaceAll(copy, 'file') };
}

// The file, the change, the word whose place is shown, and what is said of it.
test.each([
  [
    topology,
    'name: broadcast-cluster',
    'name: Broadcast',
    'Broadcast',
    'expected a name of lower-case letters',
  ],
  [
    topology,
    'name: broadcast-cluster',
    'nome: broadcast-cluster',
    'nome',
    'unknown key; expected one of name, image, wires, cluster, machines',
  ],
  [topology, 'kind: pair, ', 'kind: tube, ', 'tube', 'expected one of "broadcast"|"pair"'],
  [
    topology,
    '10.77.1.0/24',
    '10.77.1.0/16',
    '10.77.1.0/16',
    'expected an IPv4 /24 network, such as 10.77.0.0/24',
  ],
  [topology, '10.77.1.0/24', '10.777.1.0/24', '10.777.1.0/24', 'expected an IPv4 /24 network'],
  [topology, '10.77.1.0/24', '10.77.0.0/24', '10.77.0.0/24 }\n  control', 'the network of public already'],
  [
    topology,
    'wire: public',
    'wire: pubic',
    'pubic',
    'no wire of this name; expected one of public, private, control',
  ],
  [
    topology,
    'wire: public',
    'wire: private',
    'private\n  host',
    'expected a broadcast wire: every node must hear every segment',
  ],
  [topology, 'host: 1\n', 'host: 255\n', '255', 'expected number to be <=254'],
  [topology, 'host: 1\n', 'host: 100\n', '100, memory', "on public this is the cluster's address"],
  [topology, 'group: 03:', 'group: 02:', '02:00:0a', 'expected a group MAC (odd first byte)'],
  [topology, 'group: 03:00', 'group: 3:00', '3:00:0a', 'expected a MAC address in lower case'],
  [topology, 'role: peer', 'role: pear', 'pear', 'expected one of "node"|"peer"'],
  [topology, 'role: peer', 'role: node', 'node-a: {', 'expected at least one machine of role peer'],
  [
    topology,
    'id: 2, ',
    'id: 1, ',
    '1,   memory_mb: 768, wires: [public, private, control], ports: 40000',
    'the id of node-a already',
  ],
  [topology, 'memory_mb: 768', 'memory_mb: 64', '64', 'expected number to be >=256'],
  [
    topology,
    'memory_mb: 768',
    'memory: 768',
    'memory',
    'unknown key; expected one of role, id, memory_mb, processors, wires, ports',
  ],
  [
    topology,
    '[public, control] }',
    '[public, kontrol] }',
    'kontrol',
    'no wire "kontrol"; expected one of public, private, control',
  ],
  [
    topology,
    '[public, control] }',
    '[public, private, control] }',
    'pair, ',
    'a pair joins exactly two machines, here 3',
  ],
  [
    topology,
    '[public, control] }',
    '[control] }',
    '[control]',
    "expected the cluster's wire public among them",
  ],
  [topology, '[public, control] }', '[public, control, control] }', 'control] }', '"control" twice'],
  [topology, '40000-59999', '30000-59999', '30000-59999', 'overlaps with the ports of node-a'],
  [topology, '40000-59999', '59999-40000', '59999-40000', 'expected a range that does not go down'],
  [topology, '40000-59999', '40000', '40000', 'expected a port range, such as 20000-39999'],
  [experiment, 'seed: 1\n', 'seed: -1\n', '-1', 'expected number to be >=0'],
  [experiment, 'seed: 1\n', 'seed: one\n', 'one', 'expected number, received string'],
  [experiment, 'engine: tcpmig', 'engine: tcpcp', 'tcpcp', 'expected "tcpmig"'],
  [experiment, 'warm_up_s: 4', 'warm_up_s: 0', '0', 'expected number to be >=2'],
  [
    experiment,
    'timeout_s: 240',
    'timeout: 240',
    'timeout',
    'unknown key; expected one of title, topology, engine',
  ],
  [experiment, 'role: duplex', 'role: double', 'double', 'cells.0.role'],
  [experiment, 'image_mb: [1, 5,', 'image_mb: [1, 0,', '0, 10', 'expected number to be >0'],
  [experiment, 'image_mb: [1, 5, 10, 20, 50]', 'image_mb: []', '[]', 'cells.0.image_mb'],
  [experiment, 'repetitions: 3', 'repetitions: 1.5', '1.5', 'expected int'],
  [
    experiment,
    'rate_mb_s: 120',
    'rate: 120',
    'rate: 120',
    'unknown key; expected one of role, image_mb, rate_mb_s, peer_rate_mb_s, rcvbuf, repetitions',
  ],
  [
    experiment,
    'topology: broadcast-cluster',
    'topology: ../x',
    '../x',
    'expected the name of a file in lab/topologies',
  ],
  [experiment, 'cells:\n', 'cells: [\n', undefined, 'Flow sequence'],
  [guest, 'kind: guest', 'kind: ghost', 'ghost', 'kind'],
  [guest, 'release: trixie', 'release: sarge', 'sarge', 'expected one of "bookworm"|"trixie"'],
  [guest, '  - bash\n', '  - Bash!\n', 'Bash!', 'expected a Debian package, or package/suite'],
  [guest, 'virtio_net', 'virtio-net', 'virtio-net', 'expected a module name with _'],
  [claims, 'metric: delay_ms', 'metric: delay', 'delay', 'metric'],
  [claims, 'at_least: -0.46, ', 'at_least: 1, ', '{ at_least: 1', 'expected at_least not above at_most'],
  [claims, 'version: 1', 'version: 7', '7', 'version'],
])('%s with "%s" as "%s"', async (file, from, to, place, expected) => {
  const { text, at, said } = await complaint(file, from, to);
  expect(said).toContain(expected);
  if (place === undefined) return;
  const offset = to.includes(place) ? at + to.indexOf(place) : text.indexOf(place);
  const line = text.slice(0, offset).split('\n').length;
  const column = offset - text.lastIndexOf('\n', offset - 1);
  expect(said).toContain(`file:${line}:${column}: `);
});

test.each([
  ['{', 'cell.json: '],
  ['{"version":2}', 'cell.json: version: expected cell.json of version 1'],
])('a cell.json of %s', (text, expected) => {
  expect(() => parseCellFile('cell.json', text)).toThrow(expected);
});

// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseCellFile } from '../../../src/analysis/cell-file.ts';
import { readPlanFile } from '../../../src/run/plan-file.ts';
import { readReference } from '../../../src/run/reference.ts';
import { validate } from '../../../src/schema/validate.ts';
import { type Diagnostic, FaultyFile } from '../../../src/spec/diagnostic.ts';

/** What is replaced, and by what; the word whose place is shown; what is expected there; and the remedy, if not the common one. */
type Mistake = [from: string, to: string, place: string, expected: string | RegExp, remedy?: string];

const mistakes: Record<string, Mistake[]> = {
  'lab/topologies/broadcast-cluster.lab.yml': [
    ['name: broadcast-cluster', 'name: Broadcast', 'Broadcast', 'a name of lower-case letters'],
    ['name: b', 'nome: b', 'nome', 'one of name, image, wires, cluster, machines', 'did you mean "name"?'],
    ['image: trixie', 'image: trixe', 'trixe', /one of bookworm, trixie,/, 'did you mean "trixie"?'],
    ['image: trixie', 'image: qemu', 'qemu', /one of bookworm, trixie,/],
    ['kind: pair, ', 'kind: tube, ', 'tube', 'one of "broadcast"|"pair"'],
    ['kind: pair, ', 'kind: piar, ', 'piar', 'one of "broadcast"|"pair"', 'did you mean "pair"?'],
    [
      'kind: pair,      subnet',
      'bandwith: 1Gbit, kind: pair,      subnet',
      'bandwith',
      /^one of kind, subnet/,
      'did you mean "bandwidth"?',
    ],
    [
      'kind: pair,      subnet',
      'bandwidth: 1GB, kind: pair,      subnet',
      '1GB',
      /^a rate in kbit, Mbit or Gbit/,
    ],
    ['kind: pair,      subnet', 'latency: 5, kind: pair,      subnet', '5,', /^a time in ns, us, ms or s/],
    ['10.77.1.0/24', '10.77.1.0/16', '10.77.1.0/16', 'an IPv4 /24 network, such as 10.77.0.0/24'],
    ['10.77.1.0/24', '10.777.1.0/24', '10.777.1.0/24', 'an IPv4 /24 network'],
    ['10.77.1.0/24', '10.77.0.0/24', '10.77.0.0/24 }\n  control', 'one of its own'],
    ['wire: public', 'wire: pubic', 'pubic', 'one of public, private, control', 'did you mean "public"?'],
    [
      'wire: public',
      'wire: private',
      'private\n  host',
      'a broadcast wire: every node must hear every segment',
    ],
    ['host: 1\n', 'host: 255\n', '255', 'number to be <=254'],
    ['host: 1\n', 'host: 100\n', '100, memory', 'another number'],
    ['group: 03:', 'group: 02:', '02:00:0a', 'a group MAC (odd first byte)'],
    ['group: 03:00', 'group: 3:00', '3:00:0a', 'a MAC address in lower case'],
    ['role: peer', 'role: pear', 'pear', 'one of "node"|"peer"', 'did you mean "peer"?'],
    ['role: peer', 'role: node', 'node-a: {', 'at least one machine of role peer'],
    ['role: peer, ', '', '{ id: 100', 'one of "node"|"peer"'],
    [
      'id: 2, ',
      'id: 1, ',
      '1,   memory_mb: 768, wires: [public, private, control], ports: 40000',
      'a number of its own',
    ],
    ['memory_mb: 768', 'memory_mb: 64', '64', 'number to be >=256'],
    [
      'memory_mb: 768',
      'memory: 768',
      'memory',
      'one of role, id, memory_mb, processors, wires, ports',
      'did you mean "memory_mb"?',
    ],
    [
      '[public, control] }',
      '[public, kontrol] }',
      'kontrol',
      'one of public, private, control',
      'did you mean "control"?',
    ],
    ['[public, control] }', '[public, private, control] }', 'pair, ', 'two, or kind broadcast'],
    ['[public, control] }', '[control] }', '[control]', "the cluster's wire public among them"],
    ['[public, control] }', '[public, control, control] }', 'control] }', 'each wire once'],
    ['[public, control] }', '[public, control], image: qemu }', 'qemu', /one of bookworm, trixie,/],
    ['40000-59999', '30000-59999', '30000-59999', 'a range of its own'],
    ['40000-59999', '59999-40000', '59999-40000', 'a range that does not go down'],
    ['40000-59999', '40000', '40000', 'a port range, such as 20000-39999'],
  ],
  'experiments/tcpmig/figures.exp.yml': [
    ['seed: 1\n', 'seed: -1\n', '-1', 'number to be >=0'],
    ['seed: 1\n', 'seed: one\n', 'one', 'number, received string'],
    ['seed: 1\n', 'seed: 1\norder: random\n', 'random', 'one of "listed"|"shuffled"'],
    [
      'seed: 1\n',
      'seed: 1\norder: shufled\n',
      'shufled',
      'one of "listed"|"shuffled"',
      'did you mean "shuffled"?',
    ],
    [
      'engine: tcpmig',
      'engine: tcpmug',
      'tcpmug',
      'one of "tcpmig"|"module"|"tcpcp"|"fuzz"',
      'did you mean "tcpmig"?',
    ],
    ['engine: tcpmig', 'engin: tcpmig', 'engin:', 'one of engine', 'did you mean "engine"?'],
    ['engine: tcpmig\n', '', 'title: "', 'one of "tcpmig"|"module"|"tcpcp"|"fuzz"'],
    ['clock: auto\n', '', 'title: "', 'one of "real"|"virtual"|"auto"'],
    ['clock: auto', 'clock: atomic', 'atomic', 'one of "real"|"virtual"|"auto"'],
    ['warm_up_s: 4', 'warm_up_s: 0', '0', 'number to be >=2'],
    [
      'timeout_s: 240',
      'timeout: 240',
      'timeout',
      /^one of title, topology, engine/,
      'did you mean "timeout_s"?',
    ],
    ['warm_up_s: 0.7', 'warm_up_s: 0.4', '0.4', 'at least 2 intervals of 0.25 s'],
    ['seeds_full: 20', 'seeds_ful: 20', 'seeds_ful:', /^one of interval_s/, 'did you mean "seeds_full"?'],
    ['role: duplex', 'role: dupplex', 'dupplex', 'one of "source"|"sink"|"duplex"', 'did you mean "duplex"?'],
    [
      'role: [source, sink]',
      'role: [source, snk]',
      'snk',
      'one of "source"|"sink"|"duplex"',
      'did you mean "sink"?',
    ],
    ['image_mb: [1, 5,', 'image_mb: [1, 0,', '0, 10', 'number to be >0'],
    ['image_mb: [1, 5, 10, 20, 50]', 'image_mb: []', '[]', 'array to have >=1 items'],
    ['image_mb: [1, 5, 10, 20, 50]', 'image_mb: small', 'small', 'array or number, received string'],
    ['repetitions: 3', 'repetitions: 1.5', '1.5', 'int, received number'],
    [
      'rate_mb_s: 120',
      'rate: 120',
      'rate: 120',
      /^one of role, image_mb, rate_mb_s/,
      'did you mean "rate_mb_s"?',
    ],
    ['    rate_mb_s: 120\n', '', 'role: duplex', 'array or number'],
    [
      '    repetitions: 3',
      '    exclude: [{ image_mb: 50 }, { image_mb: 30 }]\n    repetitions: 3',
      '{ image_mb: 30',
      'values that the lists of these cells have together',
    ],
    [
      '    repetitions: 3',
      '    exclude: [{ role: sink }]\n    repetitions: 3',
      '{ role: sink',
      'values that the lists of these cells have together',
    ],
    [
      '    repetitions: 3',
      '    exclude: [{ role: duplex }]\n    repetitions: 3',
      '[{ role: duplex',
      'at least one that is left',
    ],
    ['    repetitions: 3', '    exclude: [{}]\n    repetitions: 3', '{}', 'at least one of role, image_mb'],
    [
      '    repetitions: 3',
      '    exclude: [{ size: 1 }]\n    repetitions: 3',
      'size',
      'one of role, image_mb, rate_mb_s, peer_rate_mb_s, rcvbuf',
    ],
    ['topology: broadcast-cluster', 'topology: ../x', '../x', 'the name of a file in lab/topologies'],
    [
      'topology: broadcast-cluster',
      'topology: brodcast-cluster',
      'brodcast',
      'one of broadcast-cluster',
      'did you mean "broadcast-cluster"?',
    ],
    [
      'claims: experiments/tcpmig/claims.yml',
      'claims: claim.yml',
      'claim.yml',
      /^a path from the working directory/,
    ],
    ['cells:\n', 'cells: [\n', '- role: duplex', /well-formed YAML/],
    ['seed: 1\n', 'seed: 1\nseed: 2\n', 'seed: 2', 'each key once'],
    ['seed: 1\n', 'seed: *one\n', '*one', 'a name that stands before'],
  ],
  'experiments/module/soak.exp.yml': [
    ['migrations: 1000', 'migrations: none', 'none', 'number, received string'],
    ['warm_up: 10', 'warm_up: 1', '1 }', 'number to be >=2'],
    ['warm_up: 10', 'warmup: 10', 'warmup', 'one of migrations, warm_up', 'did you mean "warm_up"?'],
    ['kind: loss,  ', 'kind: los,  ', 'los', /^one of "loss"/, 'did you mean "loss"?'],
    [
      'wire: private',
      'wire: privat',
      'privat,',
      'one of public, private, control',
      'did you mean "private"?',
    ],
    ['wire: private, time: 5ms', 'wire: private, time: 5', '5 }\n\ncells', /^a time in ns, us, ms or s/],
    ['wire: private, time: 5ms', 'wire: private, from: peer, time: 5ms', 'peer,', 'one of node-a, node-b'],
    ['wire: private, time: 5ms', 'wire: private', '{ kind: delay', /^it: a delay takes/],
    [
      'wire: private, time: 5ms',
      'wire: private, time: 5ms, since: migration 101',
      'migration 101',
      'one of those',
    ],
  ],
  'experiments/module/states.exp.yml': [
    ['check: states', 'check: status', 'status', 'one of "states"|"changes"', 'did you mean "states"?'],
    ['families: [ipv4', 'families: [ipv5', 'ipv5', 'one of "ipv4"|"ipv6"|"mapped"', 'did you mean "ipv4"?'],
    [
      'families:',
      'familys:',
      'familys',
      'one of check, families, directions, situations',
      'did you mean "families"?',
    ],
    ['directions: [a-b', 'directions: [b-c', 'b-c', /^one of "a-b"/, 'did you mean "b-a"?'],
    ['timeout_s: 1200', 'timeout_s: 5', '5', 'number to be >=10'],
  ],
  'experiments/module/changes.exp.yml': [
    ['families:', 'directions: [a-b]\n    families:', 'directions', 'one of check, families, situations'],
    ['families:', 'situations: [Closed]\n    families:', 'Closed', 'a name of tcpmig-states --list'],
    ['cells:', 'seed: 1\ncells:', 'seed', 'one of title, topology, engine, timeout_s, cells'],
  ],
  'experiments/tcpcp/pass.exp.yml': [
    ['connections: 12', 'connections: 5', '5', 'number to be >=6'],
    [
      'connections: 12',
      'conections: 12',
      'conections',
      'one of connections, passes, rate_mb_s',
      'did you mean "connections"?',
    ],
    ['rate_mb_s: 0.3', 'rate_mb_s: fast', 'fast', 'number, received string'],
    ['    passes: 8\n', '', 'connections: 12', 'number'],
  ],
  'experiments/module/fuzz.exp.yml': [
    [
      'image: trixie-debug',
      'image: trixie-debgu',
      'trixie-debgu',
      /^one of bookworm/,
      'did you mean "trixie-debug"?',
    ],
    ['inputs: 250000', 'inputs: 0', '0', 'number to be >=1'],
    [
      'boot_s: 900',
      'boot: 900',
      'boot',
      /^one of title, topology, engine, image, inputs, boot_s/,
      'did you mean "boot_s"?',
    ],
    ['processors: 2', 'processors: 9', '9', 'number to be <=8'],
  ],
  'experiments/tcpmig/claims.yml': [
    ['metric: delay_ms', 'metric: delay', 'delay', /^one of "delay_ms"/, 'did you mean "delay_ms"?'],
    ['at_least: -0.46, ', 'at_least: 1, ', '{ at_least: 1', 'at_least not above at_most'],
    ['statistic: median\n', 'statistic: mean\n', 'mean', /^one of "median"/],
    [
      'explain: [sockets_ms',
      'explain: [socket_ms',
      'socket_ms',
      /^one of "delay_ms"/,
      'did you mean "sockets_ms"?',
    ],
    [
      'bounds_from: paper\n',
      'bounds_from: reading\n    statuses: [valid]\n',
      'statuses',
      /^one of id, text, source/,
      'did you mean "status"?',
    ],
    [
      'id: delay-50-to-80-ms',
      'id: delay-flat-in-image-size',
      'delay-flat-in-image-size\n    text: The delay lies',
      'an id used once; found "delay-flat-in-image-size" again',
    ],
    ['version: 1', 'version: 7', '7', 'claims.yml of version 1, or take that miglab'],
  ],
  'experiments/tcpcp/claims.yml': [
    [
      'experiment: tcpcp/pass',
      'experiment: tcpcp/past',
      'tcpcp/past',
      /^one of module\/changes/,
      'did you mean "tcpcp/pass"?',
    ],
    ['status: elsewhere', 'status: somewhere', 'somewhere', /^status "not yet"/, 'did you mean "elsewhere"?'],
    ['year: 2004', 'year: 04', '04', 'number to be >=1970'],
  ],
  'images/trixie.image.yml': [
    ['kind: guest', 'kind: gest', 'gest', 'one of "tools"|"guest"', 'did you mean "guest"?'],
    ['release: trixie', 'release: sarge', 'sarge', 'one of "bookworm"|"trixie"'],
    ['release: trixie', 'release: trixi', 'trixi', 'one of "bookworm"|"trixie"', 'did you mean "trixie"?'],
    ['  - bash\n', '  - Bash!\n', 'Bash!', 'a Debian package, or package/suite'],
    ['virtio_net', 'virtio-net', 'virtio-net', 'a module name with _'],
    ['assumed:', 'assume:', 'assume', /^one of kind, release/, 'did you mean "assumed"?'],
  ],
  'images/trixie-debug.image.yml': [
    ['config: trixie-debug.config', 'config: trixie.config', 'trixie.config', 'one of its name'],
    [
      'memory_mb: 1536',
      'memory: 1536',
      'memory',
      'one of source, config, arguments, memory_mb',
      'did you mean "memory_mb"?',
    ],
    ['arguments: [loglevel=5,', 'arguments: ["loglevel 5",', '"loglevel', 'a word without spaces'],
  ],
  'experiments/tcpmig/figures.reference.json': [
    ['"version": 1', '"version": 2', '2', 'reference results of version 1, or take that miglab'],
    ['"status": "valid"', '"status": 1', '1', 'string, received number'],
    ['"rep": 1,', '"rep" 1,', '1,', 'well-formed JSON'],
  ],
  'test/fixtures/results-1/plan.json': [
    ['"version": 1', '"version": 2', '2', 'plan.json of version 1, or take that miglab'],
    ['"clock": "real"', '"clock": "auto"', '"auto"', 'one of "real"|"virtual"'],
    ['"role": [', '"rolle": [', '"rolle"', /^one of role/, 'did you mean "role"?'],
    ['"accelerator": "tcg"', '"accelerator": "fast"', '"fast"', 'one of "kvm"|"tcg"'],
  ],
};

/** What `miglab validate`, or the verb that is handed such a file, says of it. */
async function complaints(file: string): Promise<readonly Diagnostic[]> {
  if (!file.endsWith('.json')) return validate([file]);
  const read: Promise<unknown> = file.endsWith('plan.json')
    ? readPlanFile(dirname(file))
    : readReference(file);
  const error = await read.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(FaultyFile);
  expect((error as FaultyFile).exitCode).toBe(64);
  return (error as FaultyFile).diagnostics;
}

/** A copy of a shipped file, with what lies beside it. */
function copyOf(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'miglab-faulty-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const beside of [file, 'images/trixie-debug.config']) cpSync(beside, join(folder, basename(beside)));
  return join(folder, basename(file));
}

const remedies: Record<string, string> = {
  'exp.yml': '`miglab schema experiment` describes every key.',
  'lab.yml': '`miglab schema topology` describes every key.',
  'claims.yml': '`miglab schema claims` describes every key.',
  'image.yml': '`miglab schema recipe` describes every key.',
  'plan.json': 'Name a folder that `miglab run` wrote.',
  'reference.json': 'Write it with `miglab report RUN --reference FILE`.',
};
const commonRemedy = (file: string) =>
  Object.entries(remedies).find(([end]) => file.endsWith(end))?.[1] ?? expect.fail();

test.each(Object.keys(mistakes))('%s is good as it is', async (file) => {
  expect(await complaints(copyOf(file))).toEqual([]);
});

test.each(Object.entries(mistakes).flatMap(([file, list]) => list.map((mistake) => ({ file, mistake }))))(
  '$file with $mistake.0 as $mistake.1',
  async ({ file, mistake: [from, to, place, expected, remedy] }) => {
    const copy = copyOf(file);
    const good = readFileSync(file, 'utf8');
    const at = good.indexOf(from);
    expect(at, `"${from}" in ${file}`).toBeGreaterThan(-1);
    const text = good.replace(from, () => to);
    writeFileSync(copy, text);
    const offset = to.includes(place) ? at + to.indexOf(place) : text.indexOf(place);
    const found = await complaints(copy);
    const lines = text.slice(0, offset).split('\n');
    const there = found.find(
      (each) =>
        each.line === lines.length &&
        each.column === (lines.at(-1)?.length ?? 0) + 1 &&
        (typeof expected === 'string' ? each.expected.includes(expected) : expected.test(each.expected)),
    );
    expect(there, JSON.stringify(found, undefined, 1)).toMatchObject({
      source: text.split('\n')[lines.length - 1],
      remedy: expect.stringContaining(remedy ?? commonRemedy(file)),
    });
    expect(basename(there?.file ?? '')).toBe(basename(file));
  },
);

test.each([
  ['{', 'cell.json: '],
  ['{"version":2}', 'cell.json: version: version 2, of a newer miglab; expected cell.json of version 1'],
  ['{"version":"1"}', 'cell.json: version: expected cell.json of version 1'],
])('a cell.json of %s', (text, expected) => {
  expect(() => parseCellFile('cell.json', text)).toThrow(expected);
});

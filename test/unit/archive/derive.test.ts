// SPDX-License-Identifier: GPL-2.0-only
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { deriveAgain } from '../../../src/archive/derive.ts';
import { planLab } from '../../../src/plan/lab.ts';
import { judgePasses } from '../../../src/run/passing.ts';
import { eventsOf } from '../../../src/run/simple.ts';
import { topologyPath } from '../../../src/spec/catalogue.ts';
import { readTopology } from '../../../src/spec/topology.ts';
import { passesFolder } from '../report/evaluation/runs.ts';

const lab = planLab(await readTopology(topologyPath('broadcast-cluster')));
const pass = {
  ...{ machine: 'node-a', event: 'pass', peer: '10.77.0.100:41000', status: 'passed', reason: '' },
  ...{
    served: 700,
    received: 300,
    state_bytes: 2000,
    frozen_us: 9000,
    captured: 4,
    reinjected: 3,
    dropped: 0,
  },
};
const kernel = { machine: 'peer', event: 'kernel', modules: 'virtio_net' };

let run = '';
let cell = '';
beforeEach(async () => {
  run = passesFolder();
  cell = join(run, 'cells', '01-pass');
  await mkdir(cell, { recursive: true });
  await cp('test/fixtures/pcap/duplex.pcap', join(cell, 'public.pcap'));
  await writeFile(join(cell, 'node-a.events.jsonl'), `${JSON.stringify(pass)}\n`);
  await writeFile(join(cell, 'peer.events.jsonl'), `${JSON.stringify(kernel)}\n`);
  const boot = { directory: cell, events: await eventsOf(lab, cell), problem: '' };
  await saveCell(await judgePasses({ id: '01-pass', timeoutS: 1 }, lab, boot));
});

async function saveCell(judged: unknown) {
  const file = join(run, 'passes.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), cells: [judged] }));
}
const differences = async () => (await deriveAgain(run, 'pass-1')).differences;

test('passes are derived again from events and capture, the same', async () => {
  expect(await deriveAgain(run, 'pass-1')).toEqual({ run: 'pass-1', cells: 1, because: '', differences: [] });
});

test('what the events or the capture tell otherwise is named', async () => {
  await writeFile(join(cell, 'node-a.events.jsonl'), `${JSON.stringify({ ...pass, dropped: 2 })}\n`);
  expect(await differences()).toEqual([
    'passes.json: 01-pass: passes.0.dropped: 0, now 2',
    'passes.json: 01-pass: findings.2.holds: true, now false',
    expect.stringContaining(
      '1 of 1 passes; 0 lost, now segments of the peer arrived during 1 of 1 passes; 2 lost',
    ),
  ]);
  await writeFile(join(cell, 'node-a.events.jsonl'), `${JSON.stringify(pass)}\n`);
  await cp('test/fixtures/pcap/loss.pcap', join(cell, 'public.pcap'));
  expect(await differences()).toContainEqual(
    expect.stringMatching(/segments judged, .* now \d+ segments judged/),
  );
});

test('a cell whose id leads elsewhere, or whose events are none, is told of and no bug', async () => {
  await writeFile(join(cell, 'node-a.events.jsonl'), '{broken');
  expect(await differences()).toEqual([expect.stringMatching(/JSON/)]);
  await saveCell({ id: '../x', problem: '', passes: [], connections: [], findings: [] });
  expect(await differences()).toEqual(['"../x" is no plain name']);
});

test('a run without rows and passes is named as not derived', async () => {
  const { cells, because } = await deriveAgain(join(run, 'cells'), 'x');
  expect([cells, because]).toEqual([0, 'it has no captures']);
});

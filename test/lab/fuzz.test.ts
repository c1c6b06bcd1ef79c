// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planLab } from '../../src/plan/lab.ts';
import { aloneIn } from '../../src/plan/module-check.ts';
import { executeFuzz, type FuzzRun, suspectsIn } from '../../src/run/fuzz.ts';
import { type Campaign, readCampaign, readCorpus, sumOf } from '../../src/run/fuzz-campaign.ts';
import { prepareGround } from '../../src/run/ground.ts';
import { readTopology } from '../../src/spec/topology.ts';
import { chosen, patience } from './chosen.ts';

const lab = aloneIn(chosen(planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'))));
const run: FuzzRun = { lab, bootS: patience * 120, situations: ['established-'] };

test(
  'changed states are refused or taken and used, the kernel is well, and a campaign goes on where it ended',
  async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'miglab-fuzz-')), 'run');
    const ground = await prepareGround(lab.image, () => undefined);
    const go = (campaign: Campaign) =>
      executeFuzz(run, campaign, ground, directory, () => undefined, new AbortController().signal);
    const id = `test-fuzz-${process.pid}`;
    const first = await go({
      ...{
        version: 1,
        id,
        experiment: { title: 'a few', file: 'none' },
        recipe: lab.image,
        wanted: 600,
        boots: [],
      },
    });
    expect(first.boots.map(({ problem }) => problem)).toEqual(['']);
    const tally = sumOf(first.boots.map((boot) => boot.tally));
    expect(tally.inputs).toBeGreaterThanOrEqual(600);
    // Every stage is reached, and what was activated is gone again.
    for (const stage of ['refused', 'rebuilds', 'built', 'activated', 'spoken'] as const)
      expect(tally[stage], stage).toBeGreaterThan(20);
    expect(tally.closed + tally.left).toBe(tally.activated);
    const corpus = await readCorpus(directory);
    expect(corpus.seeds.size).toBeGreaterThan(20);
    expect(corpus.inputs.length).toBeGreaterThan(0);

    const again = await go({ ...(await readCampaign(directory)), wanted: 800 });
    expect(again.boots.map(({ problem }) => problem)).toEqual(['', '']);
    const start = readFileSync(join(directory, `boots/002/${lab.machines[0]?.name}.events.jsonl`), 'utf8');
    expect(start).toContain(`"corpus":${corpus.inputs.length}`);
  },
  patience * 500_000,
);

test(
  'a module that takes contradicting marks of sent buffers is found out',
  async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'miglab-fuzz-')), 'run');
    const ground = await prepareGround(lab.image, () => undefined, 'marks');
    const id = `test-fuzz-${process.pid}-marks`;
    const campaign: Campaign = {
      ...{
        version: 1,
        id,
        experiment: { title: 'broken', file: 'none' },
        recipe: lab.image,
        // As many as it may take; the first that makes the kernel complain ends it.
        wanted: 30_000,
        boots: [],
      },
    };
    const signal = new AbortController().signal;
    // What has sent buffers.
    const situations = ['established-sacked', 'established-unacknowledged', 'established-all-full'];
    const { boots } = await executeFuzz(
      { ...run, situations },
      campaign,
      ground,
      directory,
      () => undefined,
      signal,
    );
    expect(boots.at(-1)?.problem).toMatch(/WARNING: |the kernel complained/);
  },
  patience * 500_000,
);

test('the inputs that were under way are found in a console', () => {
  const console = ['a:1', 'b:2', 'c:3'].map((name) => `[ 1.0] tcpmig-fuzz: ${name}\n`).join('');
  expect(
    suspectsIn(`${console}[ 1.1] BUG: KASAN: slab-use-after-free\n[ 1.2] tcpmig-fuzz: d:4\n`, 2),
  ).toEqual(['c:3', 'b:2']);
});

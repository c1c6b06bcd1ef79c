// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Host, mountsRefused, newHost, signalAt } from './host.ts';

const up = ['up', 'test/lab/small-cluster.lab.yml'];
// Each starts the program several times, on a host that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const refused = await mountsRefused();
if (refused) process.stdout.write(`Tests that mount are skipped: ${refused}\n`);
const mounting = test.skipIf(refused !== undefined);

/** Carries out what stands before the program in `within`, then the program, and notes what is left below the mount. */
const noting = (before: string, mounted: string) => `${before}
code=0
"$@" || code=$?
find "${mounted}" -mindepth 1 > "$HOST/left"
exit $code`;
const left = ({ folder }: Host) => readFileSync(join(folder, 'left'), 'utf8').trim().split('\n');

mounting('the disk of the state is full: said so, and the lab that was begun is gone', async () => {
  const full = 'mount -t tmpfs -o size=12k none "$XDG_STATE_HOME"';
  const host = newHost({ within: noting(full, '$XDG_STATE_HOME') });
  expect(await host.miglab(...up)).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/miglab: the disk is full: .*\n {2}Make room .* XDG_STATE_HOME/),
  });
  expect(left(host).map((path) => path.slice(host.env.XDG_STATE_HOME.length))).toEqual([
    '/miglab',
    '/miglab/labs',
  ]);
  expect(host.traces()).toEqual([]);
});

mounting(
  'the disk of the state becomes full during the boot: the same, and every machine is ended',
  async () => {
    const filling = `
mount -t tmpfs -o size=400m none "$XDG_STATE_HOME"
( until ls "$XDG_STATE_HOME"/miglab/labs/*/node-b.qmp; do sleep 0.02; done
  dd if=/dev/zero of="$XDG_STATE_HOME/fill" bs=4k ) > "$HOST/filler" 2>&1 &`;
    const host = newHost({ within: noting(filling, '$XDG_STATE_HOME/miglab/labs') });
    expect(await host.miglab(...up, '--cold')).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/miglab: the disk is full: .*labs\/lab\n/),
    });
    expect(left(host)).toEqual(['']);
    expect(host.traces()).toEqual([]);
  },
);

mounting(
  "the disk of the cache is full: said so, in the compiler's words too, and nothing half-built stays",
  async () => {
    const host = newHost({
      cold: ['tools'],
      within: 'mount -t tmpfs -o size=3m none "$XDG_CACHE_HOME/miglab/scratch"',
    });
    expect(await host.miglab(...up)).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(
        /miglab: the disk is full: .*\n {2}Make room \(6 GB\), or set XDG_CACHE_HOME/s,
      ),
    });
    expect(host.traces()).toEqual([]);
  },
);

mounting('the disk of the results is full: said so, and nothing runs', async () => {
  const host = newHost({ within: 'mount -t tmpfs -o size=8k none "$HOST/results"' });
  const run = await host.miglab('run', 'test/lab/small.exp.yml', '--results', join(host.folder, 'results'));
  expect(run).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/miglab: the disk is full: .*\n.*--results/),
  });
  expect(host.traces()).toEqual([]);
});

/** Everything below is read-only, whatever root may do. */
const readOnly = (folder: string) =>
  `mount --rbind "${folder}" "${folder}"; mount -o remount,ro,bind "${folder}" "${folder}"`;

mounting('a cache that is read-only is good enough for what is built', async () => {
  const host = newHost({ cold: ['accelerator', 'machines'], within: readOnly('$XDG_CACHE_HOME') });
  expect(await host.miglab(...up)).toMatchObject({ code: 0 });
  expect(await host.miglab('down')).toMatchObject({ code: 0 });
  expect(host.traces()).toEqual([]);
});

mounting('a cache that is read-only and lacks something: said so, and which variable helps', async () => {
  const host = newHost({ cold: ['tools'], within: readOnly('$XDG_CACHE_HOME') });
  expect(await host.miglab(...up)).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/the file system is read-only: .*\n {2}.*XDG_CACHE_HOME/),
  });
  expect(host.traces()).toEqual([]);
});

mounting('a state folder that is read-only: said so; looking at labs goes on', async () => {
  const host = newHost({ within: `mkdir -p "$XDG_STATE_HOME/miglab/labs"; ${readOnly('$XDG_STATE_HOME')}` });
  expect(await host.miglab(...up)).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/the file system is read-only: .*\n {2}.*XDG_STATE_HOME/),
  });
  expect(await host.miglab('status')).toMatchObject({ code: 0, stdout: 'no lab is up\n' });
});

mounting('no home folder: said so', async () => {
  const host = newHost({ within: 'export HOME=; unset XDG_STATE_HOME XDG_CACHE_HOME' });
  expect(await host.miglab('status')).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('this user has no home folder\n  Set HOME, or XDG_STATE_HOME'),
  });
});

test('more memory than there is: what is needed, what is available, and what helps', async () => {
  const host = newHost();
  const { code, stderr } = await host.miglab('up', 'test/lab/big-cluster.lab.yml');
  expect(code).toBe(69);
  const [, needed, available] = /the machines need (\d+) MiB .*, (\d+) MiB are available/.exec(stderr) ?? [];
  expect(Number(needed)).toBeGreaterThanOrEqual(3 * 65536);
  expect(Number(available)).toBeLessThan(totalmem() / 2 ** 20);
  expect(stderr).toContain('memory_mb');
  expect(host.traces()).toEqual([]);
});

test('Ctrl-C and kill -9 of a build leave nothing; then three `up` at once, two of one name: built once, two labs', async () => {
  const host = newHost({ cold: ['module'] });
  expect(await signalAt('compiling', 'SIGINT', host.start(...up))).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('interrupted by SIGINT'),
  });
  expect(host.traces()).toEqual([]);

  await signalAt('compiling', 'SIGKILL', host.start(...up));
  expect(await host.miglab('prune')).toMatchObject({ code: 0 });
  expect(host.traces()).toEqual([]);

  const ups = await Promise.all(['a', 'a', 'b'].map((name) => host.miglab(...up, '-n', name)));
  expect(ups.map(({ code }) => code).sort()).toEqual([0, 0, 64]);
  expect(ups[2]?.code).toBe(0);
  expect(ups.find(({ code }) => code === 64)?.stderr).toMatch(
    /there is a lab "a" already: process \d+ starts it/,
  );
  const compiled = ups.flatMap(({ stderr }) => stderr.match(/^compiling lab\/module for/gm) ?? []);
  expect(compiled).toHaveLength(1);
  for (const name of ['a', 'b']) expect(await host.miglab('down', '-n', name)).toMatchObject({ code: 0 });
  expect(host.traces()).toEqual([]);
}, 300_000);

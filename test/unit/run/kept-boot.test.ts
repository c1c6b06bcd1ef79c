// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planLab } from '../../../src/plan/lab.ts';
import { bootScript } from '../../../src/run/kept-boot.ts';
import { readTopology } from '../../../src/spec/topology.ts';
import { commandLines, type LabBoot } from '../../../src/vm/lab.ts';

const plan = planLab(await readTopology('lab/topologies/broadcast-cluster.lab.yml'));

/** Stands for QEMU: writes its arguments down, and makes the sockets that it is to listen on. Killed, it leaves them. */
const witness = `#!/usr/bin/env node
const { writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
const sockets = words.flatMap((word) => /^stream,.*server=on.*addr\\.path=([^,]+)/.exec(word)?.[1] ?? []);
writeFileSync(words[words.indexOf('-name') + 1] + '.json', JSON.stringify(words));
const listening = sockets.map((path) => new Promise((done) => require('node:net').createServer().listen(path, done)));
Promise.all(listening).then(() => process.kill(process.pid, 'SIGKILL'));
`;

test('the script starts every machine with exactly the arguments of the lab, but for the initramfs, in an empty folder', () => {
  const kept = mkdtempSync(join(tmpdir(), "miglab-it's kept-"));
  writeFileSync(join(kept, 'qemu'), witness, { mode: 0o755 });
  const boot: LabBoot = {
    ...{ name: 'x', purpose: 'run', plan, qemu: [join(kept, 'qemu')], kernel: '/k' },
    processors: { accelerator: 'tcg', counterKhz: 2_500_000 },
    ...{ initramfs: '/gone/initramfs', mgmt: false, verboseConsole: true },
    arguments: ['one=more'],
    captures: [{ machine: 'peer', wire: 'public', file: 'public.pcap', snaplen: 65536 }],
  };
  const script = join(kept, 'commands.sh');
  writeFileSync(script, bootScript(boot), { mode: 0o755 });
  const cwd = join(kept, 'again');
  mkdirSync(cwd);
  execFileSync(script, { cwd, timeout: 20_000 });
  for (const { machine, argv } of commandLines(boot)) {
    const started = JSON.parse(readFileSync(join(cwd, `miglab-${machine}.json`), 'utf8'));
    expect(started).toEqual(
      argv.slice(1).map((word) => (word === boot.initramfs ? join(kept, 'initramfs') : word)),
    );
  }
  expect(commandLines(boot).map(({ machine }) => machine)[0]).toBe('peer');
  expect(commandLines(boot)[0]?.argv.join(' ')).toContain('loglevel=8');
  expect(spawnSync(script, { cwd, encoding: 'utf8' })).toMatchObject({ status: 64 });
});

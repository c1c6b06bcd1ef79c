// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuildRoot, runInRoot } from '../../src/image/buildroot.ts';
import { readLock } from '../../src/image/lock.ts';
import { mountsRefused } from './host.ts';
import type { Outcome } from './program.ts';

/** The guests' programs have tests of their own, which need no guest: they run here, each in namespaces of its own. */
const suites = [
  ['tools', 100],
  ['workload', 80],
  ['libtcpmig', 150],
] as const;

const ofWorkload = ['relay', 'poke', 'pace', 'stream', 'jump.so'].map(
  (name) => `/build/out/bin/test/${name}`,
);
const make = [
  'make -s -j2 -C lab/tools O=/build/out all',
  `make -s -j2 -C lab/workload O=/build/out all ${ofWorkload.join(' ')}`,
  'make -s -j2 -C lab/libtcpmig O=/build/out all test-programs',
].join('\n');

let work = '';
let glibc = '';

beforeAll(async () => {
  const lock = await readLock('trixie');
  const root = await ensureBuildRoot('trixie', lock, () => undefined);
  work = mkdtempSync(join(tmpdir(), 'miglab-programs-'));
  for (const part of ['tools', 'workload', 'libtcpmig', 'module/uapi'])
    cpSync(join('lab', part), join(work, 'lab', part), { recursive: true });
  const compiled = await runInRoot(root, work, make);
  expect(compiled.code, compiled.stderr).toBe(0);
  glibc = join(work, 'glibc');
  cpSync(libraries(root.folder), glibc, {
    recursive: true,
    filter: (path) => path === libraries(root.folder) || glibcFile.test(path),
  });
}, 120_000);

const libraries = (root: string) => join(root, 'usr/lib/x86_64-linux-gnu');
/** What ld.so(8) takes for a program of the guests' release, and for one of an older. */
const glibcFile = /\/(ld-linux-x86-64\.so\.2|lib(c|m|dl|rt|util|pthread|resolv|nss_\w+|anl)\.so\.\d)$/;

/** The release of the guests has a newer C library than the host may have: it is laid over the host's. */
const enter = [
  'mount -t proc proc /proc',
  'mount -t overlay -o "lowerdir=$GLIBC:/usr/lib/x86_64-linux-gnu" overlay /usr/lib/x86_64-linux-gnu',
  `python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))'`, // SIOCSIFFLAGS: up
  'eval "$SCRIPT"',
].join('\n');

function run(script: string): Promise<Outcome> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--net'];
  const env = { ...process.env, OUT: join(work, 'out'), GLIBC: glibc, SCRIPT: script };
  return new Promise((finish) =>
    execFile(
      'unshare',
      [...user, ...namespaces, 'bash', '-ec', enter],
      { env, cwd: resolve(work), maxBuffer: 1 << 26 },
      (error, stdout, stderr) => finish({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
}

const refused = await mountsRefused();
if (refused) process.stdout.write(`The programs' own tests are skipped: ${refused}\n`);

test.skipIf(refused !== undefined).concurrent.each(suites)(
  'the tests of lab/%s pass, of which there are at least %d',
  async (folder, least) => {
    const { code, stdout, stderr } = await run(`BIN="$OUT/bin" lab/${folder}/test/all.sh`);
    expect(stdout.split(/\n(?=ok|not ok)/).filter((line) => line.startsWith('not ok'))).toEqual([]);
    expect(code, stderr).toBe(0);
    expect(stdout.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(least);
  },
  180_000,
);

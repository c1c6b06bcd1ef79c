// SPDX-License-Identifier: GPL-2.0-only
// What is enclosed finds nothing of the host, changes nothing, and ends. No machine is booted.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type BuildRoot, ensureBuildRoot } from '../../src/image/buildroot.ts';
import { ensureGuest, type GuestImage } from '../../src/image/guest.ts';
import { readLock } from '../../src/image/lock.ts';
import { buildModuleWith } from '../../src/image/module-with.ts';
import { ensureSealer, runSealed, type SealedLimits } from '../../src/image/sealed.ts';

const input = mkdtempSync(join(tmpdir(), 'miglab-sealed-'));
const quiet = () => undefined;
const limits: SealedLimits = { seconds: 20, memoryMb: 512, diskMb: 16, outputBytes: 1 << 20 };
let root: BuildRoot;
let sealer: string;
let guest: GuestImage;

beforeAll(async () => {
  writeFileSync(join(input, 'given'), 'given\n');
  guest = await ensureGuest('trixie', quiet);
  root = await ensureBuildRoot('trixie', await readLock('trixie'), quiet);
  sealer = await ensureSealer('trixie', quiet);
}, 600_000);

const sealed = (script: string, more: Partial<SealedLimits> = {}) =>
  runSealed(sealer, root, input, { ...limits, ...more }, script);
const said = async (script: string) => (await sealed(`${script} 2>&1`)).output.toString().trim();

test('it is nobody, alone, without network, and reads what it was given', async () => {
  expect(await said('cat /tmp/input/given; id -u; uname -n; ls /proc | wc -l; pwd')).toBe(
    'given\n65534\nsealed\n0\n/build',
  );
  // The shell is the first process; whatever else is there would be of others.
  expect(await said("LC_ALL=C perl -e 'print scalar grep { $_ != $$ && kill 0, $_ } 2 .. 30000'")).toBe('0');
  expect(
    await said(
      'LC_ALL=C perl -MSocket -e \'socket(my $s, PF_INET, SOCK_DGRAM, 0); print(connect($s, sockaddr_in(9, inet_aton("10.0.0.1"))) ? "network" : "none")\'',
    ),
  ).toBe('none');
});

test.each([
  '/etc/shadow',
  '/root',
  '/home/nobody',
  process.cwd(),
  '/proc/1/root',
  '/sys/kernel',
  '/dev/sda',
  '/dev/kmsg',
  input,
])('there is no %s of the host', async (path) => {
  expect(await said(`ls -A ${path} | head -n 1 || :`)).toMatch(/^$|No such file|cannot open/);
});

test.each(['/usr/bin/new', '/etc/new', '/tmp/input/new', '/new', '/usr/bin/gcc'])(
  '%s cannot be written',
  async (path) => {
    expect((await sealed(`echo x > ${path}`)).complaint).toMatch(/Read-only file system|Permission denied/);
  },
);

test('the build root does not tell where it was made', async () => {
  expect(await said('cat /etc/hostname /etc/resolv.conf')).toBe('');
});

test('it gets no privilege: not by a namespace, not by mounting, not by a device', async () => {
  const attempts = [
    'mount -t tmpfs none /tmp',
    'mount -o remount,rw /',
    'mknod /tmp/disk b 8 0',
    'chroot / true',
    'chown 0 /build',
  ];
  for (const attempt of attempts) expect((await sealed(attempt)).code, attempt).not.toBe(0);
});

test('time, output, disk, memory and processes have their limits', async () => {
  expect(await sealed('sleep 60 & sleep 60', { seconds: 1 })).toMatchObject({ stopped: 'time' });
  expect(await sealed('while :; do :; done', { seconds: 1 })).toMatchObject({ code: expect.any(Number) });
  const endless = await sealed('yes');
  expect(endless).toMatchObject({ stopped: 'output' });
  expect(endless.output.length).toBe(limits.outputBytes);
  expect((await sealed('yes >&2', { seconds: 2 })).complaint.length).toBeLessThanOrEqual(64 << 10);
  expect((await sealed('head -c 8M /dev/zero > a; head -c 12M /dev/zero > b')).complaint).toMatch(
    /No space left/,
  );
  expect((await sealed("perl -e '$x = chr(65) x (1 << 30)'")).code).not.toBe(0);
  expect((await sealed('for i in $(seq 200); do sleep 5 & done; wait', { seconds: 10 })).complaint).toMatch(
    /fork|Resource/,
  );
});

test('what it says does nothing to a terminal', async () => {
  expect((await sealed("printf '\\033[2J\\033]0;owned\\007' >&2; exit 1")).complaint).toBe('?[2J?]0;owned?');
});

const compiled = (content: string, seconds = 60) =>
  buildModuleWith(
    guest,
    [{ name: 'timestamps.c', content: Buffer.from(content) }],
    { seconds, memoryMb: 1024, diskMb: 256 },
    quiet,
  );

test('a module with a file replaced is a module, the same from the same file', async () => {
  const source = readFileSync('lab/module/timestamps.c', 'utf8');
  const one = await compiled(source);
  expect(one.module?.subarray(1, 4).toString()).toBe('ELF');
  expect((await compiled(source)).module).toEqual(one.module);
}, 120_000);

test.each([
  ['a file of the host', '#include "/root/.profile"'],
  ['a file of its process', '#include "/proc/self/environ"'],
  ['bytes of the host', 'asm(".incbin \\"/etc/shadow\\"");'],
  [
    'what it replaces',
    'asm(".incbin \\"/build/lab/module/timestamps.o\\"");\nasm(".incbin \\"/tmp/input/module/tcpmig.ko.no\\"");',
  ],
])('the compiler does not find %s', async (_, content) => {
  const { module, complaint } = await compiled(content);
  expect(module).toBeUndefined();
  expect(complaint).toMatch(/No such file|file not found|Permission denied/);
});

test('a source that never ends being read is given up', async () => {
  const { module, complaint } = await compiled(
    '#if __INCLUDE_LEVEL__ < 190\n#include __FILE__\n#include __FILE__\n#endif\n',
    3,
  );
  expect(module).toBeUndefined();
  expect(complaint).not.toBe('');
});

// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Fault } from '../../../src/fault.ts';
import { findProgram, hostSystem, requirePrograms } from '../../../src/host/packages.ts';
import { buildOnce } from '../../../src/image/cache.ts';

const absent = { program: 'no-such-program', package: 'some-package', why: 'does a thing' };

test('a missing program is named with what it is for and the command that installs it', () => {
  expect(() => requirePrograms([absent])).toThrow(Fault);
  try {
    requirePrograms([absent]);
  } catch (error) {
    expect(error).toMatchObject({
      exitCode: 69,
      message: 'missing on this host: no-such-program (does a thing)',
    });
    expect((error as Fault).remedy).toMatch(/apt-get install --no-install-recommends some-package$/);
  }
});

test('nothing is built without the programs that building needs', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    const folder = join(mkdtempSync(join(tmpdir(), 'miglab-host-')), 'image');
    const building = buildOnce(
      folder,
      'an image',
      () => {},
      async () => expect.fail('it was built'),
    );
    await expect(building).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringContaining('mmdebstrap'),
    });
  } finally {
    process.env.PATH = path;
  }
});

test('programs are found in PATH and where root has them', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('/no/such/file')).toBeUndefined();
});

test('the system is told by os-release', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n';
  expect(hostSystem(debian)).toEqual({
    id: 'debian',
    version: '13',
    pretty: 'Debian GNU/Linux 13 (trixie)',
    supported: true,
  });
  expect(hostSystem(debian.replace('13"\n', '11"\n')).supported).toBe(false);
  expect(hostSystem('ID=fedora\nVERSION_ID=42\n').supported).toBe(false);
});

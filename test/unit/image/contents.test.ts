// SPDX-License-Identifier: GPL-2.0-only
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { merged, readRoot } from '../../../src/image/contents.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'miglab-root-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function root(...entries: (Partial<tar.Header> & { name: string; text?: string })[]): Promise<string> {
  const pack = tar.pack();
  for (const { text = '', ...header } of entries) pack.entry(header, text);
  pack.finalize();
  const file = join(folder, 'root.tar');
  await pipeline(pack, createWriteStream(file));
  return file;
}

const read = async (file: string) =>
  new Map((await readRoot(file, () => true)).map((node) => [node.path, node] as const));

test('releases with and without a merged /usr give the same paths', async () => {
  expect(merged('lib/x86_64-linux-gnu/libc.so.6')).toBe('usr/lib/x86_64-linux-gnu/libc.so.6');
  expect(merged('lib64/ld-linux-x86-64.so.2')).toBe('usr/lib64/ld-linux-x86-64.so.2');
  expect(merged('libexec/x')).toBe('libexec/x');
  const nodes = await read(await root({ name: './bin/dash', mode: 0o755, text: '#' }));
  expect(nodes.get('usr/bin/dash')).toMatchObject({ type: 'file', mode: 0o755 });
  expect(nodes.get('bin')).toMatchObject({ type: 'link', target: 'usr/bin' });
});

test('documentation, the package database and empty folders stay out', async () => {
  const nodes = await read(
    await root(
      { name: './usr/share/doc/bash/copyright', text: 'c' },
      { name: './var/lib/dpkg/status', text: 's' },
      { name: './etc/apt/sources.list', text: 'deb http://mirror' },
      { name: './etc/hostname', text: 'the-host' },
      { name: './usr/share/empty', type: 'directory' },
      { name: './usr/bin/ip', mode: 0o755, text: 'ip' },
    ),
  );
  expect([...nodes.keys()].sort()).toEqual(['bin', 'lib', 'lib64', 'sbin', 'usr/bin/ip']);
});

test("modes do not depend on the host's umask, and set-user-id bits go", async () => {
  const nodes = await read(
    await root(
      { name: './usr/bin/su', mode: 0o4700, text: 'su' },
      { name: './etc/x', mode: 0o600, text: 'x' },
    ),
  );
  expect(nodes.get('usr/bin/su')).toMatchObject({ mode: 0o755 });
  expect(nodes.get('etc/x')).toMatchObject({ mode: 0o644 });
});

test('a hard link becomes a file of its own', async () => {
  const nodes = await read(
    await root(
      { name: './usr/bin/perl', mode: 0o755, text: 'perl' },
      { name: './usr/bin/perl5', type: 'link', linkname: './usr/bin/perl' },
    ),
  );
  expect(nodes.get('usr/bin/perl5')).toMatchObject({ type: 'file', content: Buffer.from('perl') });
});

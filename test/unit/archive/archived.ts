// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import tar, { type Header } from 'tar-stream';
import { analyseRun } from '../../../src/analysis/run.ts';
import { migratedCell, spec, writeCell } from '../analysis/migrated-cell.ts';
import { record } from '../report/rows.ts';

export interface Member {
  header: Partial<Header> & { name: string };
  content: Buffer;
}

/** A run of one boot with a real capture, and beside its results what is none. */
export async function makeRun(): Promise<string> {
  const run = join(await mkdtemp(join(tmpdir(), 'miglab-archived-')), 'figures-1');
  await mkdir(join(run, 'cells', 'broken.partial'), { recursive: true });
  await cp(writeCell(await migratedCell()), join(run, 'cells', spec.cell), { recursive: true });
  await mkdir(join(run, 'replays', 'a.1'), { recursive: true });
  for (const file of ['cells/broken.partial/left', 'replays/a.1/initramfs', 'run.json.new'])
    await writeFile(join(run, file), 'no result');
  await writeFile(join(run, 'cells', spec.cell, 'peer.console.log'), '');
  await writeFile(join(run, 'run.json'), JSON.stringify(record));
  await analyseRun(run);
  return run;
}

export async function readMembers(file: string): Promise<Member[]> {
  const members: Member[] = [];
  const extract = tar.extract();
  extract.on('entry', (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(chunk as Buffer));
    stream.on('end', () => {
      members.push({ header: header as Member['header'], content: Buffer.concat(chunks) });
      next();
    });
  });
  await pipeline(createReadStream(file), createGunzip(), extract);
  return members;
}

/** Writes members as an archive, whatever they are. */
export async function writeMembers(file: string, members: readonly Member[]): Promise<string> {
  const pack = tar.pack();
  for (const { header, content } of members) {
    const isFile = (header.type ?? 'file') === 'file';
    const whole = { mtime: new Date(0), ...header, size: isFile ? content.length : 0 };
    if (isFile) pack.entry(whole, content);
    else pack.entry(whole);
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  await writeFile(file, gzipSync(Buffer.concat(chunks)));
  return file;
}

// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';

/** Copies a file or folder of the host into a machine; a folder target takes it under its own name. */
export async function copyIn(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await put(
    sftp,
    from,
    await targetName(to, from, async (path) => (await remoteStat(sftp, path))?.isDirectory() ?? false),
  );
}

/** Copies a file or folder of a machine to the host. */
export async function copyOut(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  const isFolder = (path: string) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  await get(sftp, from, await targetName(to, from, isFolder));
}

async function targetName(
  to: string,
  from: string,
  isFolder: (path: string) => Promise<boolean>,
): Promise<string> {
  return (await isFolder(to)) ? join(to, basename(from)) : to;
}

const remoteStat = (sftp: SFTPWrapper, path: string) =>
  promisify(sftp.stat.bind(sftp))(path).catch(() => undefined);

async function put(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  const source = await stat(from);
  if (source.isDirectory()) {
    if (!(await remoteStat(sftp, to)))
      await promisify(sftp.mkdir.bind(sftp) as (path: string, done: (error?: Error | null) => void) => void)(
        to,
      );
    for (const name of await readdir(from)) await put(sftp, join(from, name), `${to}/${name}`);
    return;
  }
  await new Promise<void>((resolve, reject) =>
    sftp.fastPut(from, to, { mode: source.mode & 0o7777 }, (error) => (error ? reject(error) : resolve())),
  );
}

async function get(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  const source = await promisify(sftp.stat.bind(sftp))(from);
  if (source.isDirectory()) {
    await mkdir(to, { recursive: true });
    for (const { filename } of await promisify(sftp.readdir.bind(sftp))(from))
      await get(sftp, `${from}/${filename}`, join(to, filename));
    return;
  }
  await new Promise<void>((resolve, reject) =>
    sftp.fastGet(from, to, (error) => (error ? reject(error) : resolve())),
  );
  await chmod(to, source.mode & 0o777);
}

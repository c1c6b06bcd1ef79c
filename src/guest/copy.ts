// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';
import { ExitCode, Fault } from '../fault.ts';

/**
 * Copies a file or folder of the host into a machine; a folder target takes it under its own name.
 *
 * @throws Fault (64) naming the file that cannot be read or written, and why
 */
export async function copyIn(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await put(
    sftp,
    from,
    await targetName(to, from, async (path) => (await remoteStat(sftp, path))?.isDirectory() ?? false),
  );
}

/**
 * Copies a file or folder of a machine to the host.
 *
 * @throws Fault (64) naming the file that cannot be read or written, and why
 */
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

/** What OpenSSH's server says of every error that is neither of the two before it: no word of the cause. */
const sftpFailure = 4;
const sftpStatus: Record<string | number, string> = {
  2: 'no such file or folder',
  3: 'permission denied',
  [sftpFailure]:
    'the machine refuses: a program that is running, a full disk, or a file where a folder is needed',
};

async function copying<T>(from: string, to: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { code = '', message } = cause as { code?: string | number; message: string };
    if (cause instanceof Fault) throw cause;
    throw new Fault(
      ExitCode.usage,
      `${from} was not copied to ${to}: ${sftpStatus[code] ?? message}`,
      code === sftpFailure ? 'A program that is running is removed first, or gets another name.' : undefined,
      { cause },
    );
  }
}

const put = (sftp: SFTPWrapper, from: string, to: string) => copying(from, to, putAll(sftp, from, to));
const get = (sftp: SFTPWrapper, from: string, to: string) => copying(from, to, getAll(sftp, from, to));

async function putAll(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
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

async function getAll(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
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

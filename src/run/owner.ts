// SPDX-License-Identifier: GPL-2.0-only
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { bootId, isAlive, type ProcessIdentity, self } from '../vm/identity.ts';

/** Who carries out a run. Process numbers mean nothing in another boot of the host, or on another host. */
interface Owner {
  process: ProcessIdentity;
  host: string;
}

/**
 * Makes this process the only one that carries out the run. The owner is the file owner.N with the highest N; that of a
 * dead process is followed by N + 1, which only one process can create.
 *
 * @returns what gives the run free again.
 * @throws Fault (64) while another process carries it out.
 */
export function claimRun(directory: string): Disposable {
  const last = lastOwner(directory);
  if (last) refuseLiving(directory, last);
  const number = (last?.number ?? 0) + 1;
  const file = ownerFile(directory, number);
  const taken = createWhole(file, JSON.stringify({ process: self(), host: hostname() } satisfies Owner));
  const now = lastOwner(directory);
  if (!taken || now?.number !== number) {
    // Another process was faster.
    if (taken) rmSync(file);
    if (now) refuseLiving(directory, now);
    throw new Fault(ExitCode.usage, `another process takes the run ${basename(directory)} up`);
  }
  for (let old = number - 1; old > 0 && old > number - 10; old--)
    rmSync(ownerFile(directory, old), { force: true });
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

/** Whether a process that lives carries the run out. */
export function isOwned(directory: string): boolean {
  const last = lastOwner(directory);
  return last !== undefined && state(last.owner) !== 'dead';
}

interface Numbered {
  number: number;
  owner: Owner;
}

const ownerFile = (directory: string, number: number) => join(directory, `owner.${number}`);

function lastOwner(directory: string): Numbered | undefined {
  const numbers = readdirSync(directory).map((name) => Number(/^owner\.(\d+)$/.exec(name)?.[1] ?? 0));
  const number = Math.max(0, ...numbers);
  if (number === 0) return undefined;
  try {
    return { number, owner: JSON.parse(readFileSync(ownerFile(directory, number), 'utf8')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // It has just ended.
    throw error;
  }
}

/** Other processes see the file with its whole content or not at all. @returns false if it exists. */
function createWhole(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function state(owner: Owner): 'alive' | 'dead' | 'elsewhere' {
  if (owner.process.boot === bootId()) return isAlive(owner.process) ? 'alive' : 'dead';
  return owner.host === hostname() ? 'dead' : 'elsewhere';
}

function refuseLiving(directory: string, { number, owner }: Numbered): void {
  const run = basename(directory);
  const { pid } = owner.process;
  switch (state(owner)) {
    case 'alive':
      throw new Fault(ExitCode.usage, `process ${pid} is carrying out the run ${run}`, 'Wait until it ends.');
    case 'elsewhere':
      throw new Fault(
        ExitCode.usage,
        `process ${pid} of the host ${owner.host} was carrying out the run ${run}`,
        `If it has ended: rm ${ownerFile(directory, number)}`,
      );
  }
}

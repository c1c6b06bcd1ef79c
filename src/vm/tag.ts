// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fromToken, identify, type ProcessIdentity, self, toToken } from './identity.ts';

const runnerVariable = 'MIGLAB_RUNNER';
const labVariable = 'MIGLAB_LAB';

/** A process of this user that miglab started, whoever still knows of it. */
export interface TaggedProcess {
  process: ProcessIdentity;
  /** The process that started it. */
  runner: ProcessIdentity;
  /** The folder of the lab that it is a machine of; such a process may outlive its runner, others may not. */
  lab?: string;
}

/** What a process that is started gets into its environment, where it stays readable for as long as it lives. */
export const tag = (lab?: string): Record<string, string> => ({
  [runnerVariable]: toToken(self()),
  ...(lab === undefined ? {} : { [labVariable]: lab }),
});

/** Every living process of this user that carries a tag (proc(5): environ). */
export function taggedProcesses(): TaggedProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const found = readTag(Number(name));
      return found ? [found] : [];
    });
}

function readTag(pid: number): TaggedProcess | undefined {
  try {
    const before = identify(pid);
    if (!before || statSync(`/proc/${pid}`).uid !== process.getuid?.()) return undefined;
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    const value = (name: string) =>
      environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    const runner = fromToken(value(runnerVariable) ?? '');
    // The number may have gone to another process while its environment was read.
    if (!runner || identify(pid)?.started !== before.started) return undefined;
    const lab = value(labVariable);
    return { process: before, runner, ...(lab === undefined ? {} : { lab: fromLatin1(lab) }) };
  } catch {
    return undefined; // It ended meanwhile, or its environment is not ours to read.
  }
}

const fromLatin1 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

// SPDX-License-Identifier: GPL-2.0-only
import { Writable } from 'node:stream';
import type { SshSession } from './ssh.ts';

export interface ScriptResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a shell script in a machine and keeps what it prints. A code other than 0 is a result. */
export async function runScript(session: SshSession, script: string): Promise<ScriptResult> {
  const stdout = new Kept();
  const stderr = new Kept();
  const code = await session.exec(script, { stdout, stderr });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

class Kept extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

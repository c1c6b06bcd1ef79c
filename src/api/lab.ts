// SPDX-License-Identifier: GPL-2.0-only
/// <reference lib="esnext.disposable" preserve="true" />
import { randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { copyIn, copyOut } from '../guest/copy.ts';
import { quoted, type SshSession } from '../guest/ssh.ts';
import type { Progress } from '../image/report.ts';
import { planLab } from '../plan/lab.ts';
import { connect } from '../run/connect.ts';
import { prepareLab, raiseLab } from '../run/interactive.ts';
import { topologyPath } from '../spec/catalogue.ts';
import { readTopology } from '../spec/topology.ts';

import { labNames } from '../vm/state.ts';
import { stopLab } from '../vm/teardown.ts';

export interface UpOptions {
  /** A name of lab/topologies, or the path of a topology file; `broadcast-cluster` if absent. */
  topology?: string | undefined;
  /** Name of the lab, as `miglab status` shows it; one that no other lab has if absent. */
  name?: string | undefined;
  /** Another guest image than the topology's, for its kernel. */
  image?: string | undefined;
  /** Seconds that the boot may take, without what has to be built before; 120 if absent. */
  bootTimeoutS?: number | undefined;
  /** Told what is being done: the first `up` of an image fetches and builds for minutes. */
  onProgress?: ((line: Progress) => void) | undefined;
  /** Ends what was started when it aborts; `up` then throws its reason. */
  signal?: AbortSignal | undefined;
}

export interface ExecOptions {
  /** Standard input of the command; empty if absent. */
  input?: string | Uint8Array | undefined;
}

export interface ExecResult {
  /** Exit code of the command; 128 and the signal's number when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A lab that is up. Leaving an `await using` block takes it down. */
export class Lab implements AsyncDisposable {
  readonly name: string;
  /** Names of the machines. */
  readonly machines: readonly string[];
  readonly #sessions = new Map<string, Promise<SshSession>>();
  #ended: Promise<void> | undefined;

  private constructor(name: string, machines: readonly string[]) {
    this.name = name;
    this.machines = machines;
  }

  /**
   * Boots the machines of a topology and waits until they answer; builds what is missing before.
   *
   * @throws Fault 64 for a faulty topology or a name in use, 69 for what the host lacks, 2 for a machine that panics,
   * 124 for one that does not come up in time; nothing runs then.
   */
  static async up(options: UpOptions = {}): Promise<Lab> {
    const plan = planLab(await readTopology(topologyPath(options.topology ?? 'broadcast-cluster')));
    if (options.image) plan.image = options.image;
    const name = options.name ?? `api-${randomBytes(5).toString('hex')}`;
    const report = options.onProgress ?? (() => undefined);
    const signal = options.signal ?? new AbortController().signal;
    const how = { report, signal, timeoutMs: (options.bootTimeoutS ?? 120) * 1000 };
    await raiseLab(await prepareLab(plan, name, how), how);
    return new Lab(
      name,
      plan.machines.map((machine) => machine.name),
    );
  }

  /**
   * Runs a program in a machine, as root; each word reaches it as it is, without a shell.
   *
   * @throws Fault 64 for an unknown machine, 69 when it does not answer. A code other than 0 is a result.
   */
  async exec(machine: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const session = await this.#session(machine);
    const stdout = collector();
    const stderr = collector();
    const input = options.input === undefined ? {} : { stdin: Readable.from([Buffer.from(options.input)]) };
    const code = await session.exec(argv.map(quoted).join(' '), { ...input, stdout, stderr });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** Copies a file or folder of this host into a machine; into `to` itself when that is a folder there. */
  async copyIn(machine: string, from: string, to: string): Promise<void> {
    const sftp = await (await this.#session(machine)).sftp();
    await copyIn(sftp, from, to).finally(() => sftp.end());
  }

  /** Copies a file or folder of a machine to this host; into `to` itself when that is a folder here. */
  async copyOut(machine: string, from: string, to: string): Promise<void> {
    const sftp = await (await this.#session(machine)).sftp();
    await copyOut(sftp, from, to).finally(() => sftp.end());
  }

  /** Ends the machines, proves that they are gone, and removes what the lab left. May be called twice. */
  down(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  async #end(): Promise<void> {
    for (const opened of await Promise.allSettled(this.#sessions.values()))
      if (opened.status === 'fulfilled') opened.value[Symbol.dispose]();
    // `miglab down` may have been faster.
    if (labNames().includes(this.name)) await stopLab(this.name);
  }

  /** One connection a machine, opened when it is first needed. */
  #session(machine: string): Promise<SshSession> {
    const known = this.#sessions.get(machine);
    if (known && !this.#ended) return known;
    const opened = connect(this.name, machine);
    this.#sessions.set(machine, opened);
    opened.catch(() => this.#sessions.delete(machine));
    return opened;
  }
}

/** Keeps what is written to it. */
function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() });
}

// SPDX-License-Identifier: GPL-2.0-only
import type { Readable, Writable } from 'node:stream';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import { ExitCode, Fault } from '../fault.ts';

export interface SshTarget {
  machine: string;
  port: number;
  /** The lab's private key and the public key that its machines must show. */
  privateKey: string;
  hostKey: string;
}

export interface ExecStreams {
  stdin?: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** A connection to one machine as root, over loopback. */
export class SshSession implements Disposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** @throws Fault (69) when the machine does not answer or shows another key. */
  static async open(target: SshTarget, timeoutMs = 10_000): Promise<SshSession> {
    const client = new ssh2.Client();
    const expected = hostKeyBlob(target.hostKey);
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      client.once('error', (cause) => {
        const message = `${target.machine} does not answer on SSH: ${cause.message}`;
        reject(new Fault(ExitCode.hostLacks, message, 'miglab status shows what is up.', { cause }));
      });
      client.connect({
        ...{ host: '127.0.0.1', port: target.port, username: 'root', privateKey: target.privateKey },
        ...{ readyTimeout: timeoutMs, hostVerifier: (key: Buffer) => key.equals(expected) },
      });
    });
    return new SshSession(client);
  }

  /** Runs a command in the machine's shell. @returns its exit code; 128 and the number when a signal ended it. */
  exec(command: string, streams: ExecStreams): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client.exec(command, (error, channel) => {
        if (error) return reject(error);
        channel.on('error', reject);
        channel.on('close', (code: number | null, signal?: string) => resolve(code ?? signalCode(signal)));
        channel.pipe(streams.stdout, { end: false });
        channel.stderr.pipe(streams.stderr, { end: false });
        if (streams.stdin) streams.stdin.pipe(channel);
        else channel.end();
      });
    });
  }

  /** An interactive shell on the caller's terminal. @returns the shell's exit code. */
  shell(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Promise<number> {
    const size = () => ({ rows: stdout.rows ?? 24, cols: stdout.columns ?? 80 });
    return new Promise((resolve, reject) => {
      this.#client.shell({ term: process.env.TERM ?? 'vt100', ...size() }, (error, channel) => {
        if (error) return reject(error);
        const resized = () => channel.setWindow(size().rows, size().cols, 0, 0);
        stdin.setRawMode?.(true);
        stdout.on('resize', resized);
        stdin.pipe(channel).pipe(stdout, { end: false });
        channel.on('close', (code: number | null, signal?: string) => {
          stdin.setRawMode?.(false);
          stdin.unpipe(channel).pause();
          stdout.off('resize', resized);
          resolve(code ?? signalCode(signal));
        });
      });
    });
  }

  sftp(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) =>
      this.#client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))),
    );
  }

  [Symbol.dispose](): void {
    this.#client.end();
  }
}

function hostKeyBlob(publicKey: string): Buffer {
  return Buffer.from(publicKey.trim().split(/\s+/)[1] ?? '', 'base64');
}

const signals: Record<string, number> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};
const signalCode = (name = '') => 128 + (signals[name.replace(/^SIG/, '')] ?? 0);

/** Quotes a word for the machine's shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

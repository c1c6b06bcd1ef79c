// SPDX-License-Identifier: GPL-2.0-only
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { connectIn } from './unix-socket.ts';

const reply = z.looseObject({
  return: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
});

/** QEMU's machine protocol over a UNIX socket (QEMU: docs/interop/qmp-spec.rst). Commands go one after another. */
export class Qmp implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#receive(line));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('QEMU closed its control socket')));
  }

  /**
   * Connects and leaves negotiation mode; an answer means that QEMU has set up all its devices.
   */
  static async open(folder: string, name: string): Promise<Qmp> {
    const qmp = new Qmp(await connectIn(folder, name));
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  execute(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
  }

  /** A command of the human monitor, for what QMP does not have. */
  async human(line: string): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': line }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const message = reply.parse(JSON.parse(line));
    if (message.event !== undefined || 'QMP' in message) return;
    const waiting = this.#waiting.shift();
    if (message.error) waiting?.reject(new Error(`QEMU: ${message.error.desc}`));
    else waiting?.resolve(message.return);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { connectIn } from './unix-socket.ts';

const reply = z.looseObject({
  return: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** QEMU's machine protocol over a UNIX socket (QEMU: docs/interop/qmp-spec.rst). Commands go one after another. */
export class Qmp implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
  readonly #listening = new Set<(event: string, data: Record<string, unknown>) => void>();

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

  /**
   * What the first event of a name tells for which `take` gives something other than undefined; to be asked for before
   * the command that leads to it. What `take` throws rejects it, as does the end of the connection.
   */
  event<T>(name: string, take: (data: Record<string, unknown>) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const listener = (event: string, data: Record<string, unknown>) => {
        if (event !== name) return;
        try {
          const taken = take(data);
          if (taken === undefined) return;
          resolve(taken);
        } catch (error) {
          reject(error);
        }
        this.#listening.delete(listener);
      };
      this.#listening.add(listener);
      this.#socket.once('close', () => reject(new Error(`QEMU closed its control socket before ${name}`)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const message = reply.parse(JSON.parse(line));
    if (message.event !== undefined)
      for (const listener of this.#listening) listener(message.event, message.data ?? {});
    if (message.event !== undefined || 'QMP' in message) return;
    const waiting = this.#waiting.shift();
    if (message.error) waiting?.reject(new Error(`QEMU: ${message.error.desc}`));
    else waiting?.resolve(message.return);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** Environment variable with the socket at which turns are given. */
export const turnsVariable = 'MIGLAB_TEST_TURNS';

/**
 * One test file of each kind runs at a time (kinds.ts): one with machines on the host's clock; beside it, at low priority, one
 * whose machines' clocks do not follow the host's; and one without machines. Whoever connects and names a kind gets a line
 * when it is its turn, and has it until it hangs up, however it ends.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const waiting = new Map<string, Socket[]>();
  const next = (kind: string) => waiting.get(kind)?.[0]?.write('go\n');
  const server = createServer((socket) => {
    socket.once('data', (data) => {
      const kind = data.toString();
      const queue = waiting.get(kind) ?? [];
      waiting.set(kind, queue);
      queue.push(socket);
      if (queue.length === 1) next(kind);
      socket.once('close', () => {
        const had = queue[0] === socket;
        queue.splice(queue.indexOf(socket), 1);
        if (had) next(kind);
      });
    });
    socket.on('error', () => undefined);
  });
  const path = join(process.env.TMPDIR ?? '/tmp', 'turns.sock');
  await once(server.listen(path), 'listening');
  process.env[turnsVariable] = path;
  return async () => {
    server.close();
  };
}

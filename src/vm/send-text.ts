// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { connectIn } from './unix-socket.ts';

/** Writes `text` to the UNIX socket `name` of a folder, and returns when the other side has it. */
export async function sendText(folder: string, name: string, text: string): Promise<void> {
  const socket = await connectIn(folder, name);
  socket.end(text);
  await once(socket.resume(), 'close');
}

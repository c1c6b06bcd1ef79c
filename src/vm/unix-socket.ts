// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/**
 * Connects to the UNIX socket `name` in `folder`. The socket is named through a descriptor of its folder, because the
 * path of a UNIX socket ends after 107 bytes (unix(7)).
 */
export async function connectIn(folder: string, name: string): Promise<Socket> {
  const descriptor = openSync(folder, 'r');
  const socket = connect(`/proc/self/fd/${descriptor}/${name}`);
  try {
    await once(socket, 'connect'); // Rejects with the error that comes instead.
    return socket;
  } finally {
    closeSync(descriptor);
  }
}

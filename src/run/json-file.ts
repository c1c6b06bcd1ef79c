// SPDX-License-Identifier: GPL-2.0-only
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a file that others see as a whole or not at all, also after a crash of the host. */
export async function saveJson(directory: string, name: string, value: unknown): Promise<void> {
  const path = join(directory, name);
  {
    await using file = await open(`${path}.new`, 'w');
    await file.writeFile(JSON.stringify(value, undefined, 2));
    await file.sync();
  }
  await rename(`${path}.new`, path);
}

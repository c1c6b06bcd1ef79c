// SPDX-License-Identifier: GPL-2.0-only
import { dirname, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { machineFiles } from '../plan/qemu.ts';
import { findPanic, lastLines, readConsole } from './console.ts';
import { requireRoom } from './disk.ts';
import { requireRightClock } from './guest-clock.ts';
import { isAlive, type ProcessIdentity } from './lifetime.ts';
import { waitFor } from './wait.ts';

/** What a machine for people prints when it has booted and waits to be told who it is (images/init). */
export const waitingLine = 'miglab: machine waits';

/**
 * Waits until a machine has printed a line on its console.
 *
 * @throws Fault (2) for a panic, a machine that ended or whose clock is wrong, (124) at the deadline; each with the last console lines. (69)
 * when the disk is full: what the machine then prints is lost.
 */
export async function waitForLine(
  machine: { name: string; process: ProcessIdentity },
  console: string,
  line: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const folder = dirname(console);
  let text = '';
  const end = (what: string) =>
    new Fault(ExitCode.nothingMeasured, `${machine.name}: ${what}\n${lastLines(text)}`);
  const detail = () => lastLines(text);
  const wait = { what: `${machine.name}: boot`, timeoutMs, path: folder, detail };
  await waitFor(signal ? { ...wait, signal } : wait, async () => {
    text = await readConsole(console);
    if (text.includes(line)) {
      if (line === waitingLine) requireRightClock(machine, text, line);
      return true;
    }
    const panic = findPanic(text);
    if (panic) throw end(panic);
    requireRoom(folder);
    if (!isAlive(machine.process)) {
      const said = await readConsole(join(folder, machineFiles(machine.name).log));
      throw end(`ended during its boot\n${said.trim()}`.trim());
    }
    return undefined;
  });
}

// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { ExitCode, Fault } from '../fault.ts';
import { bootId, type ProcessIdentity } from './identity.ts';

/** Clock ticks a second in /proc/PID/stat (time(7): USER_HZ, 100 on x86). */
const ticksPerSecond = 100;

/**
 * Compares the uptime that a machine said with its line (`, up SECONDS`) with the time that its QEMU runs. A guest
 * finds out at boot how fast its processor counts; on a host that is overloaded at that moment it may be wrong by a
 * factor, and each of its time-outs with it.
 *
 * @throws Fault (2) when its clock cannot be right
 */
export function requireRightClock(
  machine: { name: string; process: ProcessIdentity },
  console: string,
  line: string,
): void {
  const said = console.slice(console.indexOf(line) + line.length);
  const up = Number(/^, up ([\d.]+)/.exec(said)?.[1] ?? Number.NaN);
  const most = secondsOf(machine.process);
  // A kernel starts after its QEMU; how long after is a question of the host's load.
  if (!(up > most * 1.05 + 0.5) && !(up < most * 0.2 - 5)) return;
  throw new Fault(
    ExitCode.nothingMeasured,
    `${machine.name}: its clock is wrong: ${up} s have passed for it, ${most.toFixed(1)} s on the host`,
    'The host was overloaded while the machine booted. Start it again, with less beside it.',
  );
}

/** Seconds since a process started. */
function secondsOf({ started, boot }: ProcessIdentity): number {
  if (boot !== bootId()) return Number.NaN;
  const now = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return now - Number(started) / ticksPerSecond;
}

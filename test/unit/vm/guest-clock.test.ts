// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { requireRightClock } from '../../../src/vm/guest-clock.ts';
import { identify, type ProcessIdentity } from '../../../src/vm/identity.ts';

/** A process that seems to have started so many seconds ago. */
function startedBefore(seconds: number): ProcessIdentity {
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill());
  const now = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('no process');
  return { ...identity, started: String(Math.round((now - seconds) * 100)) };
}

test.each([
  ['as it should', 10, '8.50', true],
  ['after a slow start of QEMU', 60, '9.00', true],
  ['ten times too fast', 10, '85.00', false],
  ['a tenth faster than it may', 20, '22.00', false],
  ['a tenth of what it should', 100, '9.00', false],
])('a clock that runs %s', (_, seconds, up, isRight) => {
  const machine = { name: 'node-a', process: startedBefore(seconds) };
  const check = () =>
    requireRightClock(machine, `booting\nmiglab: node-a ready, up ${up}\nmore\n`, 'node-a ready');
  if (isRight) expect(check).not.toThrow();
  else expect(check).toThrow(/node-a: its clock is wrong: .* s have passed for it/);
});

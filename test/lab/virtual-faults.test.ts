// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readConsole } from '../../src/vm/console.ts';
import { taggedProcesses } from '../../src/vm/tag.ts';
import { carryOut } from './boot.ts';

const onVirtualClock = { impairments: [] };

test('a machine that hangs ends with all others at a virtual deadline, and its console is kept', async () => {
  const boot = await carryOut(
    'hangs',
    ({ name }) => (name === 'node-b' ? ['echo goes round > /dev/console', 'while :; do :; done'] : []),
    { ...onVirtualClock, timeoutS: 2 },
  );
  expect(boot.problem).toMatch(
    /^(node-a|node-b|peer): ended before its scenario did \(lockstep: 2 s of virtual time are over\)/,
  );
  expect(boot.console('node-b')).toContain('goes round');
  for (const machine of ['node-a', 'node-b', 'peer'])
    expect(boot.qemu(machine)).toContain('2 s of virtual time are over');
}, 120_000);

test('a machine whose process is killed ends the cell at once, and is the one that is named', async () => {
  const boot = carryOut('killed', () => ['while :; do sleep 0.1; done'], {
    ...onVirtualClock,
    timeoutS: 600,
  });
  const killed = killWhenReady('node-b');
  const { problem, qemu } = await boot;
  await killed;
  expect(problem).toMatch(/^node-b: ended before its scenario did/);
  expect(qemu('node-b')).not.toContain('virtual time are over');
}, 120_000);

/** Kills a machine of this process's own lab once it has printed that it is ready. */
async function killWhenReady(machine: string): Promise<void> {
  for (;;) {
    for (const { process: qemu, lab, runner } of taggedProcesses()) {
      if (runner.pid !== process.pid || !lab) continue;
      const command = readFileSync(`/proc/${qemu.pid}/cmdline`, 'utf8');
      if (!command.includes(`machine=${machine}`)) continue;
      if (!(await readConsole(`${lab}/${machine}.console.log`)).includes('ready')) continue;
      process.kill(qemu.pid, 'SIGKILL');
      return;
    }
    await sleep(50);
  }
}

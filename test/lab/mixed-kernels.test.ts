// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, type LabPlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { seenAtPeer } from './wire.ts';

const { events } = guestFiles;
/** node-b runs another kernel than node-a and the peer. */
const mixed = (image: string): LabPlan => ({
  ...lab,
  machines: lab.machines.map((machine) => (machine.name === 'node-b' ? { ...machine, image } : machine)),
});

test.each([
  ['bookworm', /^6\.1\./],
  ['trixie-backports', /^7\./],
])(
  'connections move forth and back between 6.12 and the kernel of %s',
  async (image, release) => {
    const plan = mixed(image);
    const boot = await carryOut(
      `6.12 and ${image}`,
      (machine) => {
        if (machine.role === 'peer') {
          const connect = (options: string) =>
            `tcpmig-move peer --connect ${plan.cluster.address}:5000 ${options} >> ${events} || fail "peer: ${options}"`;
          return [
            'barrier_at 1 listening',
            connect('--bytes 8000000 --connections 4'),
            connect('--bytes 1000 --reply 16000000 --connections 2'),
            'barrier_at 2 done',
          ];
        }
        const other = machine.name === 'node-a' ? 'node-b' : 'node-a';
        const at = (name: string) => `${addressOn(plan, name, 'private')}:7100`;
        return [
          ...loadModule(plan, machine),
          `tcpmig-move node --listen ${plan.cluster.address}:5000 --control ${at(machine.name)} --to ${at(other)} --moves 6 --every 150 >> ${events} & serving=$!`,
          'barrier_at 1 listening',
          'barrier_at 2 done',
          'kill $serving; wait $serving || :',
          'say kernel release="$(uname -r)" "counters=$(cat /proc/net/tcpmig)" "complaints=$(dmesg | grep -E \'tcpmig:|WARNING:|BUG:\' || :)"',
        ];
      },
      { timeoutS: 120, plan },
    );
    expect(boot.problem).toBe('');
    const [a, b] = ['node-a', 'node-b'].map((name) => boot.events(name, 'kernel')[0]);
    expect(a?.release).toMatch(/^6\.12\./);
    expect(b?.release).toMatch(release);
    const counted = (of: typeof a, name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(String(of?.counters))?.[1] ?? Number.NaN);
    // Both directions: what one has let go the other has taken.
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      expect(counted(from, 'committed')).toBeGreaterThanOrEqual(3);
      expect(counted(to, 'activated')).toBe(counted(from, 'committed'));
      expect(counted(from, 'refused-bad-state')).toBe(0);
    }
    const ends = boot.events('peer', 'peer-end');
    expect(ends).toHaveLength(2);
    expect(await seenAtPeer(boot)).toMatchObject({ resets: 0 });
  },
  400_000,
);

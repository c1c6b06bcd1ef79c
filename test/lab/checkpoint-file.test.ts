// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addressOn, type MachinePlan } from '../../src/plan/lab.ts';
import { guestFiles, loadModule } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';
import { readAt, traffic } from './traffic.ts';
import { seenAtPeer } from './wire.ts';

const { events } = guestFiles;
const { atPeer, start, goesOn } = traffic(
  '--role duplex --connections 2 --rate 1 --verify-every 5 --seed 7',
  300_000,
);
const image = '/run/miglab/image';

/** Over the private wire; names would be looked up by what python imports for seconds. */
const carry = {
  send: `python3 -c 'import socket
s = socket.socket(); s.connect(("${addressOn(lab, 'node-b', 'private')}", 7900)); s.sendfile(open("${image}", "rb"))'`,
  receive: `python3 -c 'import os, socket
s = socket.create_server(("${addressOn(lab, 'node-b', 'private')}", 7900)); print("ready", flush=True); c, _ = s.accept()
os.umask(0o077)
with open("${image}", "wb") as file:
    while data := c.recv(1 << 16): file.write(data)'`,
};

/** What damage.py does to the file, and what is said of it then. */
const anyFault = /^(corrupted|foreign|version|machine|truncated|length): /;
const faults: [string, RegExp][] = [
  ...[1, 2, 3, 4, 5, 6].map((seed): [string, RegExp] => [`flip:${seed}`, anyFault]),
  ['cut:0', /^foreign: /],
  ['cut:1', /^truncated: /],
  ['cut:50', /^truncated: /],
  ['cut:99', /^truncated: /],
  ['longer', /^length: /],
  ['text', /^foreign: .* is not a checkpoint/],
  ['version', /^version: the file has 2, this is 1/],
  ['machine', /^machine: the file is for ELF machine 183/],
  ['kernel', /^kernel: another vdso/],
  ['order', /^records: /],
];

const about = (step: string) =>
  `say process step=${step} "fds=$(ls /proc/$pid/fd 2> /dev/null | sort -n | tr '\\n' ' ')" "digest=$(sha256sum < ${image} 2> /dev/null)"`;

function steps(machine: MachinePlan): string[] {
  if (machine.role === 'peer') return atPeer('barrier_at 2 "in a file" > /dev/null');
  if (machine.name === 'node-a')
    return [
      ...loadModule(lab, machine),
      'barrier_at 1 listening',
      ...start(1),
      about('before'),
      `cr_checkpoint -f ${image} $pid >> ${events} || fail "no checkpoint"`,
      '! kill -0 $pid 2> /dev/null || fail "the process still runs"',
      `[ "$(stat -c %a ${image})" = 600 ] && [ ! -e ${image}.partial ] || fail "the file: $(ls -l /run/miglab)"`,
      about('in-file'),
      'barrier_at --put pid=$pid 2 "in a file" > /dev/null',
      carry.send,
    ];
  return [
    ...loadModule(lab, machine),
    `cat > /run/miglab/damage.py <<'PYTHON'\n${readFileSync('lab/cr/test/damage.py', 'utf8')}PYTHON`,
    'mkfifo /run/miglab/said',
    `${carry.receive} > /run/miglab/said & receiving=$!`,
    'exec 8< /run/miglab/said; read -r _ <&8',
    'barrier_at 1 listening',
    readAt('pid', 2, 'in a file'),
    'wait $receiving',
    ...faults.flatMap(([fault]) => [
      `damaged=$(python3 /run/miglab/damage.py ${image} ${fault})`,
      `cr_restart -f $damaged >> ${events} && fail "${fault}: restarted"`,
      '! kill -0 $pid 2> /dev/null || fail "a process was made"; rm $damaged',
    ]),
    `cr_restart -f ${image} >> ${events} & restarting=$!`,
    `await --file ${events} --timeout 60 --event restart 'status==ok' || fail "no restart"`,
    goesOn,
    about('after'),
    `cr_restart -f ${image} >> ${events} && fail "restarted twice"`,
    goesOn,
    'kill -TERM $pid',
    'wait $restarting || fail "the process ended with $?"',
    'say module "counters=$(cat /proc/net/tcpmig)"',
  ];
}

test('a process with live connections is checkpointed into a file and restarted on the other node; a file that is not whole is refused', async () => {
  const boot = await carryOut('checkpoint in a file', steps, { timeoutS: 240 });
  expect(boot.problem).toBe('');
  expect(boot.events('node-a', 'checkpoint')[0]).toMatchObject({
    status: 'ok',
    file: image,
    connections: [{ rport: 5000 }, { rport: 5000 }],
  });
  const restarts = boot.events('node-b', 'restart');
  const [refused, [restart, second]] = [restarts.slice(0, faults.length), restarts.slice(faults.length)];
  for (const [index, [fault, reason]] of faults.entries()) {
    expect(refused[index], fault).toMatchObject({ status: 'refused' });
    expect(refused[index]?.reason, fault).toMatch(reason);
  }
  const [before, inFile] = boot.events('node-a', 'process');
  const [after] = boot.events('node-b', 'process');
  expect(restart).toMatchObject({ status: 'ok', pid: boot.events('node-a', 'checkpoint')[0]?.pid });
  expect(second).toMatchObject({ status: 'refused', reason: `pid-in-use: ${restart?.pid}` });
  expect(after).toMatchObject({ fds: before?.fds, digest: inFile?.digest });
  const threads = (machine: string) => boot.events(machine, 'workload').at(-1)?.tids as number[] | undefined;
  expect(threads('node-a')?.length).toBeGreaterThanOrEqual(5);
  expect(threads('node-b')?.toSorted()).toEqual(threads('node-a')?.toSorted());
  const whole = { connections: 2, rx_wrong: 0, rx_missing: 0, exit: 0 };
  expect(boot.events('peer', 'peer-end')[0]).toMatchObject(whole);
  expect(boot.events('node-b', 'workload-end')[0]).toMatchObject({ ...whole, mem_wrong: 0 });
  const seen = await seenAtPeer(boot);
  expect(seen.resets).toBe(0);
  expect(seen.repeatedByPeer).toBeGreaterThan(0);
}, 400_000);

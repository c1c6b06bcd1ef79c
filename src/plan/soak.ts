// SPDX-License-Identifier: GPL-2.0-only
import type { CellPlan } from './experiment.ts';
import { addressOn, type LabPlan, type MachinePlan } from './lab.ts';
import { nodeProgram, peerPort, peerProgram } from './load.ts';
import { guestFiles } from './script.ts';

/** Barriers of warm-up and censuses, above those of migrations and zeros. */
const warmUpBarrier = 200_000;
const censusBarrier = 300_000;

/** Its own port and log: nothing of the warm-up is among the cell's measurements. */
const warmUpPort = peerPort + 1;
const log = '/run/miglab/warm-up.jsonl';
const errors = '/run/miglab/warm-up.err';
/** In each direction, before a migration; then both queues were in use. */
const progressBytes = 200_000;

/**
 * Before a soak's migrations a process of another connection migrates, forth and back, and ends: then every cache of the
 * kernels has what it keeps for good. Nothing in a cell that is no soak. Pure, as are all steps here.
 *
 * @param atZero what impairments count from the traffic's begin need
 */
export function warmUp(
  lab: LabPlan,
  machine: MachinePlan,
  cell: CellPlan,
  atZero: readonly string[],
): string[] {
  const migrations = cell.warmUpMigrations;
  if (!migrations) return [];
  const steps = Array.from({ length: migrations }, (_, index) => moveSteps(lab, machine, index));
  const listening = `barrier_at ${warmUpBarrier} warm-up`;
  const all =
    machine.role === 'peer'
      ? [
          `${peerProgram(lab, cell, log, warmUpPort)} & warm=$!`,
          listening,
          ...atZero,
          ...steps.flat(),
          'wait $warm || fail "the warm-up at the peer ended with $?"',
        ]
      : [
          listening,
          ...atZero,
          ...(machine.node === 0
            ? [`${nodeProgram(lab, cell, log, errors, warmUpPort)} & pid=$!`, goesOn('')]
            : []),
          ...steps.flat(),
          ...(machine.node === migrations % 2 ? end : []),
        ];
  return [...all, ...census(machine, 0)];
}

function moveSteps(lab: LabPlan, machine: MachinePlan, index: number): string[] {
  const [moved, settled] = [warmUpBarrier + 2 * index + 1, warmUpBarrier + 2 * index + 2];
  if (machine.role === 'peer')
    return [`barrier_at ${moved} moved > /dev/null`, `barrier_at ${settled} settled`];
  if (machine.node !== index % 2)
    return [
      `pid=$(barrier_at ${moved} moved | sed -n 's/^pid=//p')`,
      goesOn('--fresh '),
      `barrier_at ${settled} settled`,
    ];
  const destination = lab.machines.find(({ node }) => node === (index + 1) % 2)?.name ?? '';
  const to = addressOn(lab, destination, 'private');
  return [
    `cr_checkpoint --to ${to} --secret-file ${guestFiles.secret} --timeout 60 $pid > ${errors} || fail "migration ${index + 1} of the warm-up failed: $(cat ${errors})"`,
    `barrier_at --put pid=$pid ${moved} moved > /dev/null`,
    `barrier_at ${settled} settled`,
  ];
}

const goesOn = (fresh: string) =>
  `await ${fresh}--not workload-end --file ${log} --timeout 60 'tx_bytes>=+${progressBytes}' 'rx_bytes>=+${progressBytes}' || fail "no traffic in the warm-up: $(cat ${errors})"`;

const end = [
  'kill -TERM $pid',
  `await --file ${log} --timeout 60 --event workload-end 'exit>=0' || fail "the warm-up did not end"`,
];

/**
 * What the nodes' kernels hold, number 0 before and 1 after the migrations: nobody has a connection, and TIME_WAIT has
 * passed. The ledgers of the hand-overs are files that are kept on purpose.
 */
function census(machine: MachinePlan, number: 0 | 1): string[] {
  const together = (step: number, name: string) => `barrier_at ${censusBarrier + 2 * number + step} ${name}`;
  const count = [
    'rm -f /run/cr/*',
    `census --settle 180 ${number === 0 ? 'before' : 'after'} >> ${guestFiles.events} || fail "census"`,
  ];
  return [together(0, 'at-rest'), ...(machine.role === 'node' ? count : []), together(1, 'counted')];
}

/** Behind a soak's migrations: the second census, and the module lets itself be unloaded, without a complaint. */
export function lastCensus(machine: MachinePlan, cell: CellPlan): string[] {
  if (!cell.warmUpMigrations) return [];
  const unload = [
    'kill $receiver; wait $receiver || :',
    'rmmod tcpmig || fail "the module is still in use"',
    "! dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t:|general protection' || fail 'the kernel complained'",
  ];
  return [...census(machine, 1), ...(machine.role === 'node' ? unload : [])];
}

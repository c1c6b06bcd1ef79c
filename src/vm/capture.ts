// SPDX-License-Identifier: GPL-2.0-only
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { machineFiles } from '../plan/qemu.ts';
import { fromToken, isAlive, self, toToken } from './identity.ts';
import { Qmp } from './qmp.ts';
import { Spool } from './spool.ts';
import { labFolder, type MachineState } from './state.ts';
import { wiresOf } from './wires.ts';

/** One capture at a machine's card, while it goes on. */
export interface CardCapture extends AsyncDisposable {
  wire: string;
  spool: Spool;
  /** Ends the capture: what it has seen is in the spool then. Does nothing when the machine is gone. */
  stop(): Promise<void>;
}

/** Files and filters of captures carry the process they belong to; `#` counts those of one process. */
const captureId = /^capture-(.*)\.\d+$/;
let captures = 0;

/**
 * Begins to capture at a card of a running machine: every frame that passes it in either direction. Nothing is needed
 * in the guest, and any number of captures may go on at once. First removes what killed captures left there.
 *
 * @param wire the first of the machine when undefined
 * @param snaplen bytes of each frame that are kept
 * @throws Fault (64) for a wire that the machine is not on
 */
export async function startCapture(
  lab: string,
  machine: MachineState,
  wire: string | undefined,
  snaplen: number,
): Promise<CardCapture> {
  const folder = labFolder(lab);
  const id = `capture-${toToken(self())}.${++captures}`;
  await using qmp = await openQmp(lab, machine);
  await removeOrphans(qmp, folder);
  const netdev = chooseWire(machine, wire, await wires(qmp));
  await qmp.execute('object-add', {
    ...{ 'qom-type': 'filter-dump', id, netdev, file: fileOf(id), maxlen: snaplen },
  });
  const spool = await Spool.open(folder, fileOf(id));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= removeFilter(lab, machine, id);
    return stopped;
  };
  const dispose = async () => {
    await stop();
    await spool[Symbol.asyncDispose]();
  };
  return { wire: netdev, spool, stop, [Symbol.asyncDispose]: dispose };
}

const fileOf = (id: string) => `${id}.pcap`;

/** QEMU serves one client at a time: none keeps its control socket longer than a few commands. */
const openQmp = (lab: string, machine: MachineState) =>
  Qmp.open(labFolder(lab), machineFiles(machine.name).qmp);

const wires = async (qmp: Qmp) => wiresOf(await qmp.human('info network'));

function chooseWire(machine: MachineState, asked: string | undefined, known: readonly string[]): string {
  const wire = asked ?? known[0];
  if (wire !== undefined && known.includes(wire)) return wire;
  throw new Fault(
    ExitCode.usage,
    `${machine.name} is not on a wire "${wire}"`,
    `It is on ${known.join(', ')}.`,
  );
}

async function removeFilter(lab: string, machine: MachineState, id: string): Promise<void> {
  try {
    await using qmp = await openQmp(lab, machine);
    await qmp.execute('object-del', { id });
  } catch (error) {
    if (isAlive(machine.process)) throw error;
  }
}

async function removeOrphans(qmp: Qmp, folder: string): Promise<void> {
  const objects = (await qmp.execute('qom-list', { path: '/objects' })) as { name: string }[];
  for (const { name } of objects) {
    const owner = fromToken(captureId.exec(name)?.[1] ?? '');
    if (!owner || isAlive(owner)) continue;
    await qmp.execute('object-del', { id: name });
    await rm(join(folder, fileOf(name)), { force: true });
  }
}

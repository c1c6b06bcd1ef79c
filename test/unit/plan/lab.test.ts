// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn, otherImages, planLab, withImages, withMemory } from '../../../src/plan/lab.ts';
import { machineFile } from '../../../src/plan/layer.ts';
import { qemuArguments } from '../../../src/plan/qemu.ts';
import { readTopology } from '../../../src/spec/topology.ts';

const topology = await readTopology('lab/topologies/broadcast-cluster.lab.yml');
const lab = planLab(topology);
const machine = (name: string) => lab.machines.find((each) => each.name === name) ?? expect.fail(name);
const boot = { accelerator: 'tcg' as const, kernel: '/k', initramfs: 'i', mgmt: false, captures: [] };

test('both nodes hold the one public address, with MACs of their own', () => {
  expect(addressOn(lab, 'node-a', 'public')).toBe('10.77.0.1');
  expect(addressOn(lab, 'node-b', 'public')).toBe('10.77.0.1');
  expect(addressOn(lab, 'peer', 'public')).toBe('10.77.0.100');
  const macs = lab.machines.flatMap(({ nics }) => nics.map(({ mac }) => mac));
  expect(new Set(macs).size).toBe(macs.length);
});

test('the peer alone maps the cluster address to the group, and nodes have port ranges of their own', () => {
  const text = (name: string) => machineFile(lab, machine(name), false).content;
  expect(text('peer')).toContain(`NEIGH_public='10.77.0.1 ${lab.cluster.group}'`);
  expect(text('node-a')).not.toContain('NEIGH');
  expect(text('node-a')).toContain("PORT_RANGE='20000 39999'");
  expect(text('node-b')).toContain("PORT_RANGE='40000 59999'");
});

test('a broadcast wire is a hub at the peer that every other member connects to; a pair is one stream', () => {
  const peer = qemuArguments(lab, machine('peer'), boot).join(' ');
  const nodeA = qemuArguments(lab, machine('node-a'), boot).join(' ');
  const nodeB = qemuArguments(lab, machine('node-b'), boot).join(' ');
  expect(peer.match(/hubport/g)).toHaveLength(6);
  for (const node of ['node-a', 'node-b'])
    expect(peer).toContain(`stream,id=public-${node},server=on,addr.type=unix,addr.path=public.${node}.sock`);
  expect(nodeA).toContain('stream,id=public,server=off,addr.type=unix,addr.path=public.node-a.sock');
  expect(nodeA).toContain('stream,id=private,server=on,addr.type=unix,addr.path=private.node-b.sock');
  expect(nodeB).toContain('stream,id=private,server=off,addr.type=unix,addr.path=private.node-b.sock');
});

test('SSH only where it is asked for, on loopback, on a port that the kernel chooses', () => {
  expect(qemuArguments(lab, machine('peer'), boot).join(' ')).not.toContain('hostfwd');
  expect(qemuArguments(lab, machine('peer'), { ...boot, mgmt: true }).join(' ')).toContain(
    'hostfwd=tcp:127.0.0.1:0-:22',
  );
});

test('a machine has the processors of the topology, and the memory and the command line that its image needs', () => {
  const two = withMemory(
    { ...lab, machines: lab.machines.map((each) => ({ ...each, processors: 2 })) },
    () => 1536,
  );
  const [first] = two.machines;
  if (!first) return expect.fail();
  const argv = qemuArguments(two, first, { ...boot, arguments: ['loglevel=5'] }).join(' ');
  expect(argv).toContain('-smp 2 -m 1536M');
  expect(argv).toContain('cryptomgr.notests loglevel=5');
  expect(qemuArguments(lab, machine('peer'), boot).join(' ')).toContain('-smp 1 -m 768M');
  expect(withMemory(lab, () => 512)).toEqual(lab);
});

test('a kernel is told how fast its time-stamp counter counts: on the virtual clock nanoseconds, else as fast as the host’s, where that is known', () => {
  const told = (more: object) =>
    /tsc_early_khz=\d+/.exec(qemuArguments(lab, machine('peer'), { ...boot, ...more }).join(' '))?.[0];
  expect(told({})).toBeUndefined();
  expect(told({ counterKhz: 2_600_000 })).toBe('tsc_early_khz=2600000');
  expect(told({ counterKhz: 2_600_000, lockstep: '/lockstep.so' })).toBe('tsc_early_khz=1000000');
});

test('an image may be chosen for all machines, or for one', () => {
  const images = (...choices: string[]) => {
    const chosen = withImages(lab, choices);
    return chosen && [chosen.image, ...chosen.machines.map(({ image }) => image)];
  };
  expect(images()).toEqual(['trixie', undefined, undefined, undefined]);
  expect(images('bookworm')).toEqual(['bookworm', undefined, undefined, undefined]);
  expect(images('node-b=bookworm')).toEqual(['trixie', undefined, 'bookworm', undefined]);
  expect(images('bookworm', 'node-b=trixie', 'peer=bookworm')).toEqual([
    'bookworm',
    undefined,
    'trixie',
    undefined,
  ]);
  expect(images('node-c=bookworm')).toBeUndefined();
  const { 'node-a': first, ...others } = topology.machines;
  if (!first) throw new Error('no node-a');
  const mixed = planLab({ ...topology, machines: { 'node-a': { ...first, image: 'bookworm' }, ...others } });
  expect(otherImages(mixed)).toEqual(['bookworm']);
  expect(otherImages(withImages(mixed, ['trixie-backports']) ?? lab)).toEqual([]);
});

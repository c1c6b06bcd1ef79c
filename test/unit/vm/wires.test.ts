// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wiresOf } from '../../../src/vm/wires.ts';

const said = (name: string) => readFileSync(`test/fixtures/vm/info-network-${name}.txt`, 'utf8');

test('the wires of a machine that carries hubs stand in the order of its cards', () => {
  expect(wiresOf(said('hub'))).toEqual(['public', 'control', 'mgmt']);
});

test('a capture that goes on does not hide a wire', () => {
  expect(said('node')).toContain('filter-dump');
  expect(wiresOf(said('node'))).toEqual(['public', 'private', 'control', 'mgmt']);
});

test('a card that is plugged into nothing is on no wire', () => {
  const spare =
    ' \\ spare3: virtio-net-pci.3: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:4d:ff:03';
  expect(wiresOf(`${said('hub')}hub 103\n${spare}\n`)).toEqual(['public', 'control', 'mgmt']);
});

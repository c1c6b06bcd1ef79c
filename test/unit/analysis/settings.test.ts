// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseEvents } from '../../../src/analysis/events.ts';
import { mergeSettings } from '../../../src/analysis/settings.ts';

// As busybox's ip and ethtool of Debian 13 print them.
const said = {
  event: 'settings',
  sysctls:
    'ipv4/tcp_rmem:4096\t131072\t6291456\ncore/default_qdisc:pfifo_fast\nipv4/tcp_early_demux:1\nnothing here',
  links:
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback\n' +
    '2: public: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP mode DEFAULT group default qlen 1000\\    link/ether 52:54:00:4d:00:01',
  offloads: 'public: rx-checksumming: on\npublic: tcp-segmentation-offload: on\nprivate: scatter-gather: on',
};

test('what a machine says of its network becomes values by name', () => {
  const { settings, faultyEvents } = parseEvents(JSON.stringify(said));
  expect(faultyEvents).toEqual([]);
  expect(settings).toEqual({
    'net.ipv4.tcp_rmem': '4096 131072 6291456',
    'net.core.default_qdisc': 'pfifo_fast',
    'net.ipv4.tcp_early_demux': '1',
    'lo mtu': '65536',
    'lo qdisc': 'noqueue',
    'public mtu': '1500',
    'public qdisc': 'fq',
    'public offloads': 'rx-checksumming tcp-segmentation-offload',
    'private offloads': 'scatter-gather',
  });
});

test('an event without one of its parts is faulty', () => {
  const { settings, faultyEvents } = parseEvents(JSON.stringify({ ...said, links: 3 }));
  expect(settings).toBeUndefined();
  expect(faultyEvents).toEqual([expect.stringMatching(/^line 1: settings: links: /)]);
});

test('what was not the same in every boot is seen', () => {
  const boots = [{ b: '2', a: '1' }, { b: '3' }, { b: '2', a: '1' }];
  expect(Object.entries(mergeSettings(boots))).toEqual([
    ['a', '1'],
    ['b', '2 | 3'],
  ]);
});

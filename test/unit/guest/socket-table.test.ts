// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSockets } from '../../../src/guest/socket-table.ts';

const said = (name: string) => readFileSync(`test/fixtures/guest/ss-${name}.txt`, 'utf8');

test('a connection under way, as a node tells of it', () => {
  const [socket] = parseSockets(said('node')).filter(({ local }) => local === '10.77.0.1:35834');
  expect(socket).toEqual({
    ...{ state: 'ESTAB', recvQueue: 5448, sendQueue: 0 },
    ...{ local: '10.77.0.1:35834', remote: '10.77.0.100:5000' },
    process: { name: 'workload', pid: 8288 },
    ...{ acked: 210951001, received: 211647448, cwnd: 78, sendWindow: 348416, receiveWindow: 1224960 },
    ...{ rttMs: 6.528, retransmits: 10 },
  });
});

test('every line of a machine is a socket, listeners and IPv6 too', () => {
  const sockets = parseSockets(said('peer'));
  expect(sockets.map(({ state, local }) => `${state} ${local}`)).toEqual([
    'LISTEN 0.0.0.0:22',
    'ESTAB 10.0.2.15:22',
    'ESTAB 10.77.0.100:5000',
    'LISTEN [::]:22',
  ]);
});

test('without a process, without facts, with an odd name', () => {
  const [timeWait, odd, ...none] = parseSockets(
    [
      'TIME-WAIT 0      0          10.0.2.15:22       10.0.2.2:46624',
      'ESTAB 0 0 10.77.0.1:1 10.77.0.100:2 users:(("a (b) \\"c",pid=12,fd=3),("d",pid=13,fd=4)) cubic rto:200',
      'Cannot open netlink socket: Protocol not supported',
      '',
    ].join('\n'),
  );
  expect(timeWait).toMatchObject({ state: 'TIME-WAIT', acked: 0, retransmits: 0 });
  expect(timeWait).not.toHaveProperty('process');
  expect(timeWait).not.toHaveProperty('cwnd');
  expect(odd?.process?.pid).toBe(12);
  expect(none).toEqual([]);
});

// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { Observer } from '../../../src/guest/observer.ts';
import { parseSample, type Sample } from '../../../src/guest/sample.ts';

const local = '10.77.0.1:20000';
const remote = '10.77.0.100:5000';

/** A sample as a machine prints it. */
function sample(uptimeS: number, sockets: readonly string[] = [], counters = ''): Sample {
  return parseSample(
    `${uptimeS} 1.00\n--miglab--\n${sockets.map((line) => `${line}\n`).join('')}--miglab--\n${counters}`,
  );
}

const socket = (acked: number, received: number, from = local, to = remote) =>
  `ESTAB 0 0 ${from} ${to} users:(("workload",pid=8,fd=4)) cubic bytes_acked:${acked} bytes_received:${received}`;

test("rates are by the machine's own clock", () => {
  const observer = new Observer();
  observer.observe(new Map([['node-a', sample(100, [socket(1000, 500)])]]), 50_000);
  const { ends } = observer.observe(new Map([['node-a', sample(102, [socket(5000, 1500)])]]), 59_000);
  expect(ends).toMatchObject([{ machine: 'node-a', outRate: 2000, inRate: 500 }]);
});

test('the first sample has no rates, and neither has a connection that took the numbers of another', () => {
  const observer = new Observer();
  const first = observer.observe(new Map([['node-a', sample(1, [socket(9000, 9000)])]]), 1000);
  expect(first.ends[0]).not.toHaveProperty('outRate');
  const again = observer.observe(new Map([['node-a', sample(2, [socket(10, 10)])]]), 2000);
  expect(again.ends[0]).not.toHaveProperty('outRate');
});

test('a connection that changes its machine is a move, also when it was on none for a moment', () => {
  const observer = new Observer();
  const at = (a: string[], b: string[], time: number) =>
    observer.observe(
      new Map([
        ['node-a', sample(time / 1000, a)],
        ['node-b', sample(time / 1000 + 700, b)],
      ]),
      time,
    );
  at([socket(0, 0)], [], 1000);
  expect(at([], [], 2000)).toMatchObject({ ends: [], moves: [] });
  const after = at([], [socket(6000, 3000)], 4000);
  expect(after.moves).toEqual([{ local, remote, from: 'node-a', to: 'node-b', at: 4000 }]);
  expect(after.ends).toMatchObject([{ machine: 'node-b', outRate: 2000, inRate: 1000 }]);
  expect(at([], [socket(7000, 3000)], 5000).moves).toHaveLength(1);
});

test.each([
  ['node-a', 'node-b'],
  ['node-b', 'node-a'],
])('seen on both on its way from %s to %s it is the new one that has it', (from, to) => {
  const observer = new Observer();
  const where = (machines: string[], time: number) =>
    observer.observe(
      new Map(
        ['node-a', 'node-b'].map((each) => [each, sample(1, machines.includes(each) ? [socket(1, 1)] : [])]),
      ),
      time,
    );
  where([from], 1000);
  expect(where(['node-a', 'node-b'], 2000).moves).toMatchObject([{ from, to }]);
  expect(where([to], 3000).moves).toHaveLength(1);
});

test("both ends stand together, SSH's connections are left out, a silent machine is named", () => {
  const { ends, silent } = new Observer().observe(
    new Map([
      ['node-a', sample(1, [socket(1, 1), socket(1, 1, '10.0.2.15:22', '10.0.2.2:3')])],
      ['node-b', undefined],
      ['peer', sample(1, [socket(1, 1, '10.77.2.1:9', '10.77.2.9:9'), socket(1, 1, remote, local)])],
    ]),
    1,
  );
  expect(ends.map((end) => end.machine)).toEqual(['node-a', 'peer', 'peer']);
  expect(ends.map((end) => end.local)).toEqual([local, remote, '10.77.2.1:9']);
  expect(silent).toEqual(['node-b']);
});

test("the module's counters keep their order, and are none where it is not loaded", () => {
  expect([...sample(1, [], 'frozen 2\ncommitted 1\n').counters]).toEqual([
    ['frozen', 2],
    ['committed', 1],
  ]);
  expect(sample(1).counters.size).toBe(0);
  expect(() => parseSample('sh: ss: not found')).toThrow('no sample');
});

// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseEvents } from '../../../src/analysis/events.ts';

test('known events are kept with unknown keys, unknown events are not', () => {
  const log = parseEvents(
    '{"event":"workload","t_ns":5,"pid":7,"mem_mb":1,"colour":"red"}\r\n{"event":"barrier","t_ns":6}\n\n',
  );
  expect(log.workload).toMatchObject([{ pid: 7, mem_passes: 0, colour: 'red' }]);
  expect(log).toMatchObject({ migrations: [], peer: [], brokenLines: [], faultyEvents: [] });
});

test.each(['{"event":"workl', 'random: crng init done', '[1]', '3'])('%s is a broken line', (line) => {
  expect(parseEvents(`{"event":"peer","t_ns":1}\n${line}`)).toMatchObject({ brokenLines: [2], peer: [{}] });
});

test.each([
  ['{"event":"workload","t_ns":9007199254740993,"pid":1}', /^line 1: workload: t_ns: /],
  ['{"event":"workload","t_ns":-1,"pid":1}', /^line 1: workload: t_ns: /],
  [
    '{"event":"migration","t_ns":1,"pid":1,"to":"10.77.1.2","status":"maybe"}',
    /^line 1: migration: status: /,
  ],
])('%s is a faulty event, not a number that lost digits', (line, problem) => {
  const log = parseEvents(line);
  expect(log.faultyEvents).toEqual([expect.stringMatching(problem)]);
  expect([...log.workload, ...log.migrations]).toEqual([]);
});

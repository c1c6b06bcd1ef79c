// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { type Judged, judgePassing, judgeWire, passingEvents } from '../../../src/analysis/passing.ts';

/** What the machines of a run with two connections said, of which one was passed. */
const told = [
  '{"machine":"node-a","event":"ready","t_ns":1,"pid":75}',
  '{"machine":"node-a","event":"pass","t_ns":3,"peer":"10.77.0.100:41000","status":"passed","reason":"","refusal":"ok","served":700,"received":300,"state_bytes":2000,"frozen_us":9000,"captured":4,"reinjected":3,"dropped":0}',
  '{"machine":"node-b","event":"arrived","t_ns":4,"peer":"10.77.0.100:41000","served":700,"received":300,"passes":1,"state_bytes":2000,"captured":4,"reinjected":3,"dropped":0}',
  '{"machine":"node-b","event":"end","t_ns":5,"peer":"10.77.0.100:41000","served":1000,"received":500,"wrong":0,"passes":1,"state":"done"}',
  '{"machine":"node-a","event":"end","t_ns":5,"peer":"10.77.0.100:41001","served":900,"received":400,"wrong":0,"passes":0,"state":"done"}',
  '{"machine":"peer","event":"peer","t_ns":6,"number":0,"port":41000,"sent":500,"received":1000,"wrong":0,"state":"eof"}',
  '{"machine":"peer","event":"peer","t_ns":6,"number":1,"port":41001,"sent":400,"received":900,"wrong":0,"state":"eof"}',
  '{"machine":"peer","event":"kernel","t_ns":7,"modules":"virtio_net failover "}',
  'a line of the console',
];
const quiet: Judged = { segments: 10, resets: 0, backwards: 0, opened: 1 };
const wire = (more: Partial<Judged> = {}) =>
  new Map([
    [41000, { ...quiet, ...more }],
    [41001, quiet],
  ]);
const judge = (lines: readonly string[], seen = wire()) =>
  judgePassing(passingEvents(lines.join('\n')), seen);
const without = (text: string) => told.filter((line) => !line.includes(text));
const changed = (from: string, to: string) => told.map((line) => line.replace(from, to));
const broken = (result: ReturnType<typeof judge>) =>
  result.findings.filter(({ holds }) => !holds).map(({ claim }) => claim);

test('a connection that was passed and one that stayed are whole, and all claims hold', () => {
  const result = judge(told);
  expect(result.passes).toMatchObject([{ machine: 'node-a', to: 'node-b', served: 700, received: 300 }]);
  expect(result.connections).toEqual([
    { port: 41000, passes: 1, sent: 500, received: 1000, problem: '' },
    { port: 41001, passes: 0, sent: 400, received: 900, problem: '' },
  ]);
  expect(broken(result)).toEqual([]);
});

describe('what is wrong is found', () => {
  test.each([
    [
      'a byte at the peer',
      changed('"received":900,"wrong":0', '"received":900,"wrong":1'),
      /1 wrong bytes at the peer/,
    ],
    [
      'a byte too few',
      changed('"sent":400,"received":900', '"sent":400,"received":899'),
      /900 bytes served, 899/,
    ],
    [
      'a byte that the server lacks',
      changed('"served":900,"received":400', '"served":900,"received":399'),
      /400 bytes sent, 399/,
    ],
    [
      'a reset',
      changed(
        '"sent":400,"received":900,"wrong":0,"state":"eof"',
        '"sent":400,"received":900,"wrong":0,"state":"ECONNRESET"',
      ),
      /ECONNRESET at the peer/,
    ],
    [
      'a server that lost it',
      without('"event":"end","t_ns":5,"peer":"10.77.0.100:41001"'),
      /no server has ended it/,
    ],
    ['two owners', [...told, told[4]?.replace('node-a', 'node-b') ?? ''], /two servers have ended it/],
  ] as const)('%s', (_, lines, problem) => {
    const result = judge(lines);
    expect(result.connections.find((each) => each.problem)?.problem).toMatch(problem);
    expect(broken(result)).toEqual(['connection-not-interrupted']);
  });

  test.each([
    ['a reset on the wire', told, wire({ resets: 1 }), ['connection-not-interrupted']],
    ['a second handshake', told, wire({ opened: 2 }), ['connection-not-interrupted']],
    ['a segment that goes back', told, wire({ backwards: 1 }), ['nothing-contradictory']],
    ['nothing on the wire', told, new Map(), ['connection-not-interrupted', 'nothing-contradictory']],
    [
      'a segment lost',
      changed('"reinjected":3,"dropped":0}', '"reinjected":3,"dropped":1}'),
      wire(),
      ['peer-goes-on-sending'],
    ],
    ['a peer that was silent', changed('"captured":4', '"captured":0'), wire(), ['peer-goes-on-sending']],
    ['a module at the peer', changed('virtio_net', 'tcpmig'), wire(), ['peer-unmodified']],
    ['a peer that does not say', without('"kernel"'), wire(), ['peer-unmodified']],
  ] as const)('%s', (_, lines, seen, claims) => {
    expect(broken(judge(lines, seen))).toEqual(claims);
  });

  test('a pass that did not happen proves nothing', () => {
    expect(broken(judge(changed('"passed"', '"kept"')))).toHaveLength(4);
    expect(broken(judge(without('"event":"pass"')))).toHaveLength(4);
  });
});

test("the peer's wire: handshakes and segments of each connection, nothing that goes back", async () => {
  const judged = [...(await judgeWire('test/fixtures/pcap/duplex.pcap', '10.77.0.100')).values()];
  expect(judged.length).toBeGreaterThan(0);
  for (const each of judged) {
    expect(each).toMatchObject({ resets: 0, backwards: 0, opened: 1 });
    expect(each.segments).toBeGreaterThan(10);
  }
});

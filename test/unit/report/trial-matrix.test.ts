// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Trial } from '../../../src/analysis/trials.ts';
import { renderChanges, renderMatrix } from '../../../src/report/trial-matrix.ts';

const trial = (name: string, family: string, direction: string, reason = ''): Trial => ({
  ...{ case: name, family, direction, reason, status: reason ? 'failed' : 'ok' },
  ...{ segments: 10, compared: false, ms: 30 },
});

test('situations down, families and directions across, then what did not hold, the same reason once', () => {
  const lost = (bytes: number) => `a: leaves ${bytes} bytes out`;
  expect(
    renderMatrix([
      trial('syn-sent', 'ipv4', 'a-b'),
      trial('syn-sent', 'ipv4', 'back', lost(5)),
      trial('syn-sent', 'ipv6', 'a-b', lost(700)),
      trial('syn-sent', 'ipv6', 'back', 'a RST of b'),
      trial('refused-tls', 'ipv4', 'refused'),
    ]),
  ).toBe(
    [
      '             ipv4              ipv6',
      '             a-b back refused  a-b back refused',
      'syn-sent      ✓   ✗             ✗   ✗',
      'refused-tls              ✓',
      '',
      '✗ syn-sent: a: leaves 5 bytes out',
      '  ipv4 back, ipv6 a-b',
      '',
      '✗ syn-sent: a RST of b',
      '  ipv6 back',
    ].join('\n'),
  );
});

test('of a changed field, where that was noticed and by what; one that nothing notices has failed', () => {
  const noticed = (name: string, situation: string, by: string): Trial => ({
    ...trial(name, 'ipv4', 'changed'),
    ...{ situation, noticed: by },
  });
  expect(
    renderChanges([
      trial('established-idle', 'ipv4', 'back'),
      noticed('CWND', 'established-idle', 'the state is another one after a move: CWND was 10, is 11'),
      noticed('HANDSHAKE+28', 'handshake', 'b has no such connection'),
      trial('MARK', 'any', 'changed', 'nothing notices another value, last in options'),
    ]),
  ).toBe(
    [
      'CWND          established-idle ipv4  the state is another one after a move: CWND was 10, is 11',
      'HANDSHAKE+28  handshake ipv4         b has no such connection',
      '',
      '✗ MARK: nothing notices another value, last in options',
      '  any changed',
    ].join('\n'),
  );
});

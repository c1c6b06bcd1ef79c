// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measure } from './cell.ts';

test('a process with its connection moves forth and back in every role, and every byte is right', async () => {
  const { directory, rows } = await measure([
    {
      role: ['duplex', 'source', 'sink'],
      image_mb: [5],
      rate_mb_s: [20],
      peer_rate_mb_s: [5],
      rcvbuf: [0],
      repetitions: 2,
    },
  ]);
  expect(rows.map(({ role, from, to }) => `${role} ${from} ${to}`)).toEqual(
    ['duplex', 'source', 'sink'].flatMap((role) => [`${role} node-a node-b`, `${role} node-b node-a`]),
  );
  for (const row of rows) {
    // A busy host may fail to hold the rate, which measures nothing and breaks nothing.
    expect(row.status, row.reason).not.toBe('invalid');
    expect(row).toMatchObject({ rst: 0, bytes_wrong: 0 });
    expect(row.threads).toBeGreaterThanOrEqual(2);
    expect(row.delay_ms).toBeGreaterThan(0);
  }
  for (const cell of readdirSync(join(directory, 'cells'))) {
    const pids = ['node-a', 'node-b'].map((node) =>
      pidsOf(join(directory, 'cells', cell, `${node}.events.jsonl`)),
    );
    expect(pids[0]?.size).toBe(1);
    expect(pids[1]).toEqual(pids[0]);
  }
}, 400_000);

const pidsOf = (file: string): Set<number> =>
  new Set(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"event":"workload"'))
      .map((line) => JSON.parse(line).pid),
  );

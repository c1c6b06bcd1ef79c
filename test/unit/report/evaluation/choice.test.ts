// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { Claims } from '../../../../src/report/claims.ts';
import { readClaims } from '../../../../src/report/claims.ts';
import { type Candidate, isSupported, leastCells } from '../../../../src/report/evaluation/choice.ts';

const paper = await readClaims('experiments/tcpmig/claims.yml');

/** Cells of every role, size and seed, each with one row. */
const cells = (roles: readonly Candidate['role'][], sizes: readonly number[], seeds: number): Candidate[] =>
  roles.flatMap((role) =>
    sizes.flatMap((image_mb) =>
      Array.from({ length: seeds }, (_, index) => ({
        ...{ role, image_mb, engine: 'tcpmig', rate_mb_s: 120, peer_rate_mb_s: 2 },
        ...{ seed: index + 1, repetitions: 1 },
      })),
    ),
  );
const all = cells(['source', 'duplex', 'sink'], [1, 5, 10, 20, 50], 5);
const name = ({ role, image_mb, seed }: Candidate) => `${role} ${image_mb} s${seed}`;
const of = (claims: Claims, ...ids: string[]): Claims => ({
  ...claims,
  claims: claims.claims.filter(({ id }) => ids.includes(id)),
});

test('a change over three sizes takes both ends and the middle, with the lowest seeds, of its role alone', () => {
  expect(leastCells(of(paper, 'delay-flat-in-image-size'), all).map(name)).toEqual([
    ...['duplex 1 s1', 'duplex 1 s2', 'duplex 10 s1', 'duplex 10 s2', 'duplex 50 s1', 'duplex 50 s2'],
  ]);
});

test('claims share cells: every one is supported, and none can be left out', () => {
  const chosen = leastCells(paper, all);
  const checked = paper.claims.filter((claim) => claim.status === 'checked');
  expect(chosen).toHaveLength(7);
  for (const claim of checked) expect(isSupported(claim, chosen), claim.id).toBe(true);
  for (const cell of chosen) {
    const without = chosen.filter((each) => each !== cell);
    expect(
      checked.every((claim) => isSupported(claim, without)),
      name(cell),
    ).toBe(false);
  }
});

test('one side of a size alone: cells on the other are not measured for it', () => {
  expect(leastCells(of(paper, 'window-shrinks-above-20-mb'), all).map(name)).toEqual([
    ...['duplex 50 s1', 'duplex 50 s2', 'duplex 50 s3'],
  ]);
});

test('rows of a cell that migrates several times count', () => {
  const thrice = all.map((cell) => ({ ...cell, repetitions: 3 }));
  expect(leastCells(paper, thrice).map(name)).toEqual(['duplex 1 s1', 'duplex 10 s1', 'duplex 50 s1']);
});

test('where a size has no seed left, other sizes fill up; where nothing is left, all are taken', () => {
  const claims = of(paper, 'window-24000-to-25000');
  expect(leastCells(claims, cells(['duplex'], [1, 5], 2)).map(name)).toEqual([
    ...['duplex 1 s1', 'duplex 1 s2', 'duplex 5 s1'],
  ]);
  expect(leastCells(claims, cells(['duplex'], [1], 2))).toHaveLength(2);
});

test('sizes get as many rows as each other, also where the seeds of one are all lower', () => {
  const seeded = cells(['duplex'], [1, 50], 3).map((cell) => ({
    ...cell,
    seed: cell.seed + (cell.image_mb === 50 ? 3 : 0),
  }));
  const [flat] = of(paper, 'delay-flat-in-image-size').claims;
  const claims = { ...paper, claims: [{ ...flat, minimum_rows: 4, minimum_sizes: 2 }] } as Claims;
  expect(leastCells(claims, seeded).map(name)).toEqual([
    ...['duplex 1 s1', 'duplex 1 s2', 'duplex 50 s4', 'duplex 50 s5'],
  ]);
});

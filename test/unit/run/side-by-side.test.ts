// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { sideBySide } from '../../../src/run/side-by-side.ts';

const never = new AbortController().signal;
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test('as many at once as asked, in order, and every item', async () => {
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  await sideBySide([1, 2, 3, 4, 5], 2, never, async (item) => {
    begun.push(item);
    most = Math.max(most, ++now);
    for (let ticks = 0; ticks < item; ticks++) await tick();
    now--;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('turns never overlap', async () => {
  let inTurn = 0;
  await sideBySide([1, 2, 3, 4], 4, never, async (_, { turn }) => {
    await turn(async () => {
      expect(++inTurn).toBe(1);
      await tick();
      inTurn--;
    });
  });
});

test('when one fails the others are called off, none is begun any more, and its error is the one that comes out', async () => {
  const begun: number[] = [];
  const ended: string[] = [];
  const all = sideBySide([1, 2, 3, 4], 2, never, async (item, { signal }) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    ended.push(`${item} called off`);
  });
  await expect(all).rejects.toThrow('two');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual(['1 called off']);
});

test('called off from outside it ends with that reason', async () => {
  const off = new AbortController();
  const all = sideBySide([1, 2], 1, off.signal, async () => off.abort(new Error('enough')));
  await expect(all).rejects.toThrow('enough');
});

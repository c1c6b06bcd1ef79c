// SPDX-License-Identifier: GPL-2.0-only

/** What one worker shares with the others. */
export interface Others {
  /** Aborts when one of them failed, or the whole was called off. */
  signal: AbortSignal;
  /** Does something while none of the others does such. */
  turn: (what: () => Promise<void>) => Promise<void>;
}

/**
 * Does `work` on every item, in order, on at most `atOnce` at a time. When one fails the others are called off, and
 * the first error is thrown when all have ended.
 */
export async function sideBySide<T>(
  items: readonly T[],
  atOnce: number,
  calledOff: AbortSignal,
  work: (item: T, others: Others) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([calledOff, failed.signal]);
  let queue = Promise.resolve();
  const turn = (what: () => Promise<void>) => {
    const mine = queue.then(what);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const waiting = items.values();
  const worker = async () => {
    for (let next = waiting.next(); !next.done && !signal.aborted; next = waiting.next())
      await work(next.value, { signal, turn });
  };
  let first: { error: unknown } | undefined;
  const guarded = () =>
    worker().catch((error: unknown) => {
      first ??= { error };
      failed.abort(error);
    });
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, guarded));
  if (first) throw first.error;
  calledOff.throwIfAborted();
}

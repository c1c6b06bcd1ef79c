// SPDX-License-Identifier: GPL-2.0-only

/** What is measured: one value of each quantity a round. `title` says under what conditions. */
export interface Quantity {
  name: string;
  title: string;
  unit: string;
}

/** `of` divided by `to`, two quantities of the bench; a goal is a bound of that ratio. */
export interface Comparison {
  of: string;
  to: string;
  goals: readonly Goal[];
}
export type Goal = { least: number } | { most: number };

/** Shows what is being done; a line a step. */
export type Say = (line: string) => void;

/**
 * A bench is a file NAME.bench.ts that exports `bench`. A round measures every quantity once, so that ratios are of
 * what ran side by side. What it started or wrote is gone when the generator has ended, also when `signal` ends it early.
 */
export interface Bench {
  about: string;
  /** Rounds unless the user says another number. */
  rounds: number;
  quantities: readonly Quantity[];
  comparisons: readonly Comparison[];
  /** Gives one round's values after the other, by name of the quantity; a quantity that this host cannot measure is left out. */
  measure(rounds: number, say: Say, signal: AbortSignal): AsyncGenerator<Round>;
}
export type Round = Readonly<Record<string, number>>;

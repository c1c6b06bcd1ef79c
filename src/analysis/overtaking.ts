// SPDX-License-Identifier: GPL-2.0-only
import type { SourceRun } from './source-run.ts';

/**
 * Whether the origin's segments that arrive after the destination's first were all sent before the move, and only
 * overtaken on the wire: their timestamps (RFC 7323) do not pass the one that the destination goes on with. A busy host
 * lets this happen between two emulated machines. An origin that still sends would count on.
 *
 * @param runs the endpoint's runs from the origin's last before the move on, in order
 */
export function wasOvertaken(runs: readonly SourceRun[], originMac: number): boolean {
  const resumed = runs.find(({ mac }) => mac !== originMac)?.stamps.first ?? -1;
  const late = runs.slice(1).filter(({ mac }) => mac === originMac);
  return (
    resumed >= 0 &&
    late.length > 0 &&
    late.every(({ stamps }) => stamps.last >= 0 && !isLater(stamps.last, resumed))
  );
}

const isLater = (a: number, b: number): boolean => ((a - b) | 0) > 0;

// SPDX-License-Identifier: GPL-2.0-only
import type { Axis } from '../drawing.ts';
import { percent } from '../format.ts';

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** From values to places on the paper. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** Scale of an axis that lies between the places `from` and `to`, with about `wanted` ticks where the axis names none. */
export function scaleOf(axis: Axis, from: number, to: number, wanted: number): Scale {
  const [low, high] = axis.range;
  const share = (value: number) => ((axis.type === 'log' ? Math.log10(value) : value) - low) / (high - low);
  const values = axis.tickvals ?? niceTicks(low, high, wanted);
  const labels = axis.ticktext ?? tickLabels(values, axis);
  return {
    place: (value) => from + share(value) * (to - from),
    ticks: values.map((at, index) => ({ at, label: labels[index] ?? '' })),
  };
}

/** Multiples of 1, 2 or 5 times a power of ten within the range: about `wanted`, at most a quarter more and one. */
export function niceTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * 10 ** power >= rough * 0.8) ?? 10;
  const [step, digits] = [factor * 10 ** power, Math.max(0, -power)];
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** As many decimals as the finest tick needs, a true minus sign, thousands set apart. */
function tickLabels(values: readonly number[], { tickformat }: Axis): string[] {
  if (tickformat === ',.0%') return values.map((value) => percent(value).replace('+', ''));
  const digits = Math.max(0, ...values.map((value) => (String(value).split('.')[1] ?? '').length));
  return values.map((value) => {
    const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return `${value < 0 ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
  });
}

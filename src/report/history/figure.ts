// SPDX-License-Identifier: GPL-2.0-only
import { circumstances, conditionKey } from '../compare/condition.ts';
import { type Style, stylesOf } from '../curves.ts';
import type { Axis, Drawing, Figure, Trace } from '../drawing.ts';
import { valuesAxis } from '../figures.ts';
import { groupBy } from '../grouping.ts';
import { isShare, METRICS, type Metric } from '../metrics.ts';
import { type Unit, unitFor } from '../units.ts';
import { begun, type History, type HistoryPoint, type HistoryRun } from './history.ts';

/** Medians over time: a panel for each condition, a line for each image size in it, a stroke for each interval. */
export function historyFigure({ runs, points }: History): Figure {
  const metrics = [...new Set(points.map(({ metric }) => metric))];
  const styles = stylesOf([...new Set(points.map(({ condition }) => condition.image_mb))]);
  const panels = groupBy(points, ({ condition }) => conditionKey({ ...condition, image_mb: 0 }));
  return {
    ...{ id: 'history', title: 'Medians over time' },
    choices: metrics.map((id) => ({ id, label: METRICS[id].label })),
    panels: [...panels.values()].map((own) => ({
      title: panelTitle(own),
      drawings: Object.fromEntries(metrics.map((metric) => [metric, drawing(metric, own, runs, styles)])),
    })),
  };
}

function panelTitle([first]: readonly HistoryPoint[]): string {
  return first ? [first.condition.role, ...circumstances(first.condition)].join(', ') : '';
}

function drawing(
  metric: Metric,
  points: readonly HistoryPoint[],
  runs: readonly HistoryRun[],
  styles: ReadonlyMap<number, Style>,
): Drawing {
  const own = points.filter((point) => point.metric === metric);
  const largest = Math.max(0, ...own.map(({ high }) => high));
  const unit = unitFor(METRICS[metric].unit, largest);
  const sizes = groupBy(own, ({ condition }) => condition.image_mb);
  return {
    data: [...sizes]
      .sort(([a], [b]) => a - b)
      .flatMap(([size, group]) => line(size, group, unit, styles.get(size) as Style)),
    layout: { xaxis: timeAxis(runs), yaxis: yAxis(metric, unit, own), shapes: [] },
    samples: `n = ${new Set(own.map(({ run }) => run)).size} runs`,
  };
}

/** Logarithmic where sizes lie far apart: a tenth more is then as high a step for each of them. */
function yAxis(metric: Metric, unit: Unit, points: readonly HistoryPoint[]): Axis {
  const lowest = unit.of(Math.min(...points.map(({ low }) => low)));
  const highest = unit.of(Math.max(0, ...points.map(({ high }) => high)));
  const linear = valuesAxis(metric, unit, Math.max(0, ...points.map(({ high }) => high)));
  if (isShare(metric) || !(lowest > 0) || highest < 5 * lowest) return linear;
  const range = [Math.log10(lowest) - 0.08, Math.log10(highest) + 0.08] as const;
  const decades = Array.from({ length: Math.ceil(range[1]) - Math.floor(range[0]) }, (_, index) =>
    [1, 2, 5].map((digit) => digit * 10 ** (Math.floor(range[0]) + index)),
  );
  return {
    title: linear.title,
    type: 'log',
    range,
    tickvals: decades.flat(),
    ticktext: decades.flat().map(plain),
  };
}

/** The medians joined, above the strokes of their intervals. */
function line(size: number, points: readonly HistoryPoint[], unit: Unit, style: Style): Trace[] {
  const { color, dash, symbol } = style;
  const about = { name: `${size} MB`, legendgroup: `${size}`, legendrank: size };
  return [
    ...points.map(({ run, low, high }): Trace => {
      const at = begun(run);
      return {
        ...{ ...about, mode: 'lines', x: [at, at], y: [unit.of(low), unit.of(high)], showlegend: false },
        ...{ line: { color, width: 1.5 }, opacity: 0.55, hoverinfo: 'skip' },
      };
    }),
    {
      ...{ ...about, mode: 'lines+markers', showlegend: true },
      ...{ x: points.map(({ run }) => begun(run)), y: points.map(({ value }) => unit.of(value)) },
      ...{ line: { color, width: 1.5, dash }, marker: { symbol, size: 8, color } },
      text: points.map(({ run, seeds, low, high }) =>
        [
          `${plain(unit.of(low))} to ${plain(unit.of(high))} ${unit.name}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
          ...labelOf(run),
        ].join('<br>'),
      ),
      hovertemplate: `%{y:.4~g} ${unit.name}<br>%{text}<extra>${size} MB</extra>`,
    },
  ];
}

const plain = (value: number): string => String(Number(value.toPrecision(4)));

/** What tells a run from the others. */
const labelOf = ({ id, commit, dirty, module, kernel }: HistoryRun): string[] => [
  id,
  `commit ${commit ? `${commit.slice(0, 12)}${dirty ? ' with changes' : ''}` : 'not recorded'}`,
  `module ${module?.slice(0, 12) ?? 'not recorded'}`,
  `kernel ${kernel ?? 'not recorded'}`,
];

const DAY = 86_400_000;
const TICKS = 5;

/** Days where the runs span several, else the time of the day (UTC). */
export function timeAxis(runs: readonly HistoryRun[]): Axis {
  const times = runs.map(begun);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const margin = Math.max((last - first) * 0.04, 60_000);
  const [low, high] = [first - margin, last + margin];
  const days = high - low > 3 * DAY;
  const step = Math.max(1, Math.ceil((high - low) / TICKS / (days ? DAY : 60_000))) * (days ? DAY : 60_000);
  const from = Math.ceil(low / step) * step;
  const tickvals = Array.from(
    { length: Math.floor((high - from) / step) + 1 },
    (_, index) => from + index * step,
  );
  const ticktext = tickvals.map((at) => {
    const [date = '', time = ''] = new Date(at).toISOString().split('T');
    return days ? date : `${date.slice(5)} ${time.slice(0, 5)}`;
  });
  return { title: { text: 'Begun (UTC)' }, range: [low, high], tickvals, ticktext, zeroline: false };
}

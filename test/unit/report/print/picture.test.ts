// SPDX-License-Identifier: GPL-2.0-only
import { beforeAll, expect, test } from 'vitest';
import type { Figure } from '../../../../src/report/drawing.ts';
import { figure5 } from '../../../../src/report/figures.ts';
import { pictureOf } from '../../../../src/report/print/picture.ts';
import { openTypesetter, type Typesetter } from '../../../../src/report/print/typesetter.ts';
import { row } from '../rows.ts';
import { figures } from './frozen-run.ts';

let typesetter: Typesetter;
beforeAll(async () => {
  typesetter = await openTypesetter();
});

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where each text of a picture has its ink, as measured with the font itself. */
function textsOf(svg: string): Box[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', text = '']) => {
    const get = (name: string) => attributes.match(new RegExp(`${name}="([^"]*)"`))?.[1];
    const [x, y, size] = ['x', 'y', 'font-size'].map((name) => Number(get(` ?${name}`))) as [
      number,
      number,
      number,
    ];
    const width = typesetter.width(text, size, get('font-weight') === '600' ? 600 : 400);
    const before = { start: 0, middle: width / 2, end: width }[get('text-anchor') ?? 'start'] as number;
    const [up, down] = [size * 0.7, size * 0.2];
    if (get('transform'))
      return { text, left: x - up, right: x + down, top: y - width + before, bottom: y + before };
    return { text, left: x - before, right: x - before + width, top: y - up, bottom: y + down };
  });
}

const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function checkTexts(svg: string): void {
  const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/) ?? [];
  const texts = textsOf(svg);
  expect(texts.length).toBeGreaterThan(8);
  for (const [index, box] of texts.entries()) {
    expect(box, 'within the picture').toSatisfy(
      (b: Box) => b.left >= 0 && b.top >= 0 && b.right <= Number(width) && b.bottom <= Number(height),
    );
    for (const other of texts.slice(index + 1))
      expect(overlap(box, other), `"${box.text}" on "${other.text}"`).toBe(false);
  }
}

const everyChoice = figures.flatMap((figure) =>
  figure.choices.map(({ id }): [string, string, Figure] => [figure.id, id, figure]),
);

test.each(everyChoice)('%s, %s: no text leaves the picture or lies on another', (_, choice, figure) => {
  checkTexts(pictureOf(figure, choice, typesetter).svg('light'));
});

test('many panels with long titles, and sizes close together, too', () => {
  const rows = Array.from({ length: 11 }, (_, i) =>
    [1, 48, 50, 52].map((image_mb) =>
      row({
        image_mb,
        rate_mb_s: 1000 + i,
        peer_rate_mb_s: 1234,
        engine: 'other-engine',
        delay_ms: 40_000 / (i + 1),
      }),
    ),
  ).flat();
  const svg = pictureOf(figure5(rows, null), 'delay_ms', typesetter).svg('light');
  expect(svg.match(/class="panel"/g)).toHaveLength(11);
  checkTexts(svg);
});

test.each(everyChoice)('%s, %s: units on both axes and n in every panel', (_, choice, figure) => {
  const texts = textsOf(pictureOf(figure, choice, typesetter).svg('light')).map(({ text }) => text);
  expect(texts.filter((text) => /^n = \d+/.test(text))).toHaveLength(figure.panels.length);
  expect(texts.filter((text) => /\((MB|ms|kB|% of before|unscaled)\)$/.test(text))).toHaveLength(
    figure.panels.length + 1,
  );
});

test('every point has a marker of its own place, equal values too', () => {
  const rows = [7, 7, 7, 9].map((delay_ms, index) => row({ rep: index + 1, delay_ms }));
  const svg = pictureOf(figure5(rows, null), 'delay_ms', typesetter).svg('light');
  const places = [...svg.matchAll(/<circle class="marker" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => `${x} ${y}`,
  );
  // One more is in the legend.
  expect(places).toHaveLength(5);
  expect(new Set(places).size).toBe(5);
});

test('a series has a colour, a dash and a marker that no other has', () => {
  const data = figures[1].panels[0]?.drawings.bytes?.data.filter((t) => t.showlegend && t.marker) ?? [];
  expect(data.map((t) => t.name)).toEqual(['1 MB', '10 MB', '50 MB']);
  for (const of of [
    (t: (typeof data)[0]) => t.line?.color,
    (t: (typeof data)[0]) => t.line?.dash,
    (t: (typeof data)[0]) => t.marker?.symbol,
  ])
    expect(new Set(data.map(of)).size).toBe(3);
});

test('without a value in any row the axes say so', () => {
  const svg = pictureOf(figure5([row({ delay_ms: null })], null), 'delay_ms', typesetter).svg('dark');
  expect(textsOf(svg).map(({ text }) => text)).toEqual(
    expect.arrayContaining(['n = 0, 1 without value', 'no values']),
  );
});

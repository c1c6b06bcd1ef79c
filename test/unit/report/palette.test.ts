// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { THEMES } from '../../../src/report/palette.ts';

type Three = readonly [number, number, number];

/** What is left of linear RGB without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1). */
const SIGHTS: Record<string, readonly Three[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const themes = Object.entries(THEMES);
const combinations = themes.flatMap(([name, colours]) =>
  Object.entries(SIGHTS).map(([sight, matrix]) => ({ name, sight, colours, matrix })),
);

const product = (matrix: readonly Three[], [a, b, c]: Three) =>
  matrix.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Three;

/** Linear RGB of a colour as the screen shows it (IEC 61966-2-1). */
function linear(hex: string): Three {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as unknown as Three;
}

/** CIE L*a*b* under D65. */
function lab(rgb: Three): Three {
  const clipped = rgb.map((v) => Math.min(1, Math.max(0, v))) as unknown as Three;
  const xyz = product(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    clipped,
  );
  const white = [0.95047, 1, 1.08883] as const;
  const [x, y, z] = xyz.map((v, i) => {
    const share = v / (white[i] as number);
    return share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;
  }) as unknown as Three;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test.each(combinations)('$name: sizes stay apart in $sight sight', ({ colours, matrix }) => {
  const ramp = [0, 1, 2, 3, 4, 5].map((i) => lab(product(matrix, linear(colours[`size-${i as 0}`]))));
  const distances = ramp.flatMap((a, i) =>
    ramp.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
  );
  // 2.3 is just noticeable for patches side by side; thin lines need several times that.
  expect(Math.min(...distances)).toBeGreaterThan(20);
});

const luminance = (hex: string) => product([[0.2126, 0.7152, 0.0722]] as const, linear(hex))[0];
const contrast = (a: string, b: string) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

test.each(themes)(
  '%s: lines stand out against the ground, texts more so (WCAG 2.2, 1.4.11 and 1.4.3)',
  (_, colours) => {
    const { card, ink, muted, line, bad } = colours;
    const sizes = [0, 1, 2, 3, 4, 5].map((i) => colours[`size-${i as 0}`]);
    for (const each of [line, bad, ...sizes]) expect(contrast(each, card), each).toBeGreaterThan(2.9);
    for (const each of [ink, muted]) expect(contrast(each, card), each).toBeGreaterThan(4.5);
  },
);

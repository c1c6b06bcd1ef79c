// SPDX-License-Identifier: GPL-2.0-only
import { MARKS } from '../report/wording.ts';
import { type Colour, paint } from './colour.ts';

const colours: Record<keyof typeof MARKS, Colour> = {
  reproduced: 'green',
  'not reproduced': 'red',
  inconclusive: 'yellow',
  'not yet': 'dim',
};

/** Colours the lines of a summary that tell a verdict. */
export const paintVerdicts = (summary: string, stream: { isTTY?: boolean } = process.stdout): string =>
  summary
    .split('\n')
    .map((line) => {
      const verdict = Object.entries(MARKS).find(([name, mark]) => line.startsWith(`${mark} ${name}`))?.[0];
      return verdict ? paint(colours[verdict as keyof typeof MARKS], line, stream) : line;
    })
    .join('\n');

// SPDX-License-Identifier: GPL-2.0-only

/**
 * Colours of the page and of the figures, on light and on dark ground. `size-0` to `size-5` are a ramp for ordered sizes:
 * they stay apart for readers with each kind of colour blindness, and the largest stands out most.
 */
const LIGHT = {
  paper: '#fbfaf7',
  card: '#ffffff',
  ink: '#1b1c1e',
  muted: '#63666b',
  rule: '#dedbd3',
  grid: '#ebe8e1',
  accent: '#1f5f8b',
  line: '#1f5f8b',
  point: '#1f5f8b',
  band: '#f4ead4',
  good: '#1d6b43',
  bad: '#b0301f',
  unsure: '#85600a',
  idle: '#63666b',
  'size-0': '#ac9266',
  'size-1': '#b66700',
  'size-2': '#a62f26',
  'size-3': '#753544',
  'size-4': '#462558',
  'size-5': '#0b146f',
} as const;

type ColourName = keyof typeof LIGHT;
/** A custom property of the page's style sheet. */
export type Colour = `--${ColourName}`;

const DARK: Readonly<Record<ColourName, string>> = {
  paper: '#15171a',
  card: '#1c1f23',
  ink: '#e6e4df',
  muted: '#9ea1a6',
  rule: '#34383d',
  grid: '#2a2e33',
  accent: '#7db9e3',
  line: '#7db9e3',
  point: '#7db9e3',
  band: '#3b362a',
  good: '#74c796',
  bad: '#f08a78',
  unsure: '#dfb865',
  idle: '#9ea1a6',
  'size-0': '#4e7ba0',
  'size-1': '#9578de',
  'size-2': '#c58997',
  'size-3': '#f98d6e',
  'size-4': '#eecd5c',
  'size-5': '#f0edbc',
};

export const THEMES = { light: LIGHT, dark: DARK } as const;
export type Theme = keyof typeof THEMES;

export const colourIn = (theme: Theme, colour: Colour): string =>
  THEMES[theme][colour.slice(2) as ColourName];

/** Style sheet that defines the colours, and follows the reader's choice of light or dark. */
export const paletteStyle = (): string =>
  `:root{${properties('light')}}@media (prefers-color-scheme:dark){:root{${properties('dark')}}}`;

const properties = (theme: Theme) =>
  Object.entries(THEMES[theme])
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

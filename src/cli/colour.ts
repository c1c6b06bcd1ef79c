// SPDX-License-Identifier: GPL-2.0-only

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
export type Colour = keyof typeof codes;

/**
 * Whether text for this stream is coloured: NO_COLOR (https://no-color.org) and FORCE_COLOR=0 say no, FORCE_COLOR and
 * CLICOLOR_FORCE yes, in this order; else terminals are, unless CLICOLOR=0 or TERM=dumb.
 */
export function hasColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  if (env.CLICOLOR_FORCE !== undefined && env.CLICOLOR_FORCE !== '0') return true;
  return stream.isTTY === true && env.CLICOLOR !== '0' && env.TERM !== 'dumb';
}

/** Colours a text, whatever it is for. */
export function coloured(colour: Colour, text: string): string {
  const [on, off] = codes[colour];
  return text === '' ? text : `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Colours a text for standard output, or for the stream that is given, if that stream has colours. */
export const paint = (colour: Colour, text: string, stream: { isTTY?: boolean } = process.stdout): string =>
  hasColour(stream) ? coloured(colour, text) : text;

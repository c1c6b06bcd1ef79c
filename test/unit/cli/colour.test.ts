// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasColour } from '../../../src/cli/colour.ts';

const terminal = { isTTY: true };
const pipe = {};

test.each([
  ['a terminal', terminal, {}, true],
  ['a pipe', pipe, {}, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['NO_COLOR against FORCE_COLOR', pipe, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
  ['an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['CLICOLOR_FORCE', pipe, { CLICOLOR_FORCE: '1' }, true],
  ['CLICOLOR_FORCE=0', pipe, { CLICOLOR_FORCE: '0' }, false],
  ['CLICOLOR=0', terminal, { CLICOLOR: '0' }, false],
  ['TERM=dumb', terminal, { TERM: 'dumb' }, false],
])('%s', (_, stream, env, coloured) => {
  expect(hasColour(stream, env)).toBe(coloured);
});

test('escape sequences are written where colours are, and where a line or a screen is drawn anew', () => {
  const writers = readdirSync('src/cli').filter((file) =>
    /\\u001b|\\x1b|\\033/.test(readFileSync(join('src/cli', file), 'utf8')),
  );
  expect(writers.sort()).toEqual(['colour.ts', 'progress.ts', 'screen.ts']);
});

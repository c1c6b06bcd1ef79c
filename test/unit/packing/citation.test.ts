// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));

test('the citation names the version and licence that package.json has', () => {
  const citation = parse(readFileSync('CITATION.cff', 'utf8'));
  expect(citation).toMatchObject({ 'cff-version': '1.2.0', version, license });
});

test('the changelog has an entry of that version, or announces it', () => {
  const [, newest = '', body = ''] =
    /\n## \[(.+?)\].*?\n(.*?)(?=\n## |$)/s.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  expect(newest === version || (newest === 'Unreleased' && body.includes(version))).toBe(true);
});

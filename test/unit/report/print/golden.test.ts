// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Figure } from '../../../../src/report/drawing.ts';
import { pictureOf } from '../../../../src/report/print/picture.ts';
import { openTypesetter } from '../../../../src/report/print/typesetter.ts';
import { printed } from '../../../../src/report/print/write.ts';
import { figures } from './frozen-run.ts';

/*
 * The figures of frozen rows against pictures that someone has looked at. After a change that is meant, renew them with
 *   RENEW_GOLDEN=1 npx vitest run test/unit/report/print/golden.test.ts
 * and look at each before it is committed.
 */
const golden = fileURLToPath(new URL('golden/', import.meta.url));
const renew = process.env.RENEW_GOLDEN === '1';

const [fig5, fig6] = figures;
const cases: [string, Figure][] = [
  ['fig5', fig5],
  ['fig6', fig6],
];

test.each(cases)('%s is, byte for byte, the picture that was looked at', async (name, figure) => {
  const typesetter = await openTypesetter();
  const picture = pictureOf(figure, figure.choices[0]?.id ?? '', typesetter);
  const fresh = await mkdtemp(join(tmpdir(), 'miglab-golden-'));
  for (const theme of ['light', 'dark'] as const) {
    const file = theme === 'light' ? name : `${name}.dark`;
    // The font's 40 kB are left out: what is drawn is drawn with it.
    await compare(join(fresh, `${file}.svg`), Buffer.from(picture.svg(theme)));
    await compare(join(fresh, `${file}.png`), printed(picture, theme, typesetter).png);
  }
  await rm(fresh, { recursive: true });
});

async function compare(path: string, now: Buffer): Promise<void> {
  const kept = join(golden, basename(path));
  await writeFile(path, now);
  if (renew) {
    await mkdir(golden, { recursive: true });
    await copyFile(path, kept);
  }
  const same = now.equals(await readFile(kept));
  expect(same, `not the picture in ${relative('.', kept)}; the new one is ${path}`).toBe(true);
}

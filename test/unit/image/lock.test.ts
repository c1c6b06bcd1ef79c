// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { packagesHash, readLock } from '../../../src/image/lock.ts';
import { readGuestRecipe, readRecipe, recipeNames, recipeSchema } from '../../../src/image/recipe.ts';
import { parseText } from '../../../src/spec/document.ts';

const bare = (name: string) => name.replace(/\/.*/, '');

describe.each(await recipeNames())('the committed recipe %s', (name) => {
  test('has a lock that holds its packages', async () => {
    const recipe = await readRecipe(name);
    const lock = await readLock(name);
    expect(lock.suites).toEqual(recipe.suites ?? [recipe.release]);
    const locked = new Set(lock.root.map((each) => each.name));
    expect(recipe.packages.map(bare).filter((each) => !locked.has(each))).toEqual([]);
    if (recipe.kind !== 'guest') return;
    const build = new Set(lock.build.map((each) => each.name));
    const isThere =
      typeof recipe.kernel === 'string'
        ? locked.has(bare(recipe.kernel))
        : build.has(bare(recipe.kernel.source));
    expect(isThere).toBe(true);
    expect(recipe.build.packages.map(bare).filter((each) => !build.has(each))).toEqual([]);
  });

  test('compiles against the headers of the kernel that it boots', async () => {
    const { root, build } = await readLock(name);
    const kernel = root.find((each) => /^linux-image-[\d.]+/.test(each.name));
    const recipe = await readRecipe(name);
    if (!kernel) return expect(recipe.kind === 'tools' || typeof recipe.kernel !== 'string').toBe(true);
    const headers = kernel.name.replace('image', 'headers');
    expect(build.map((each) => each.name)).toContain(headers);
  });
});

test('a hash changes with a version and with a content', async () => {
  const { root } = await readLock('trixie');
  const [first, ...rest] = root as [(typeof root)[number]];
  expect(packagesHash([{ ...first, version: '0' }, ...rest])).not.toBe(packagesHash(root));
  expect(packagesHash([{ ...first, sha256: '0'.repeat(64) }, ...rest])).not.toBe(packagesHash(root));
});

test('a recipe or a lock that is not there is a fault that says what there is', async () => {
  await expect(readRecipe('buster')).rejects.toMatchObject({
    exitCode: 64,
    remedy: expect.stringMatching(/trixie/),
  });
  await expect(readLock('buster')).rejects.toMatchObject({
    exitCode: 64,
    remedy: expect.stringMatching(/--relock/),
  });
  await expect(readGuestRecipe('qemu')).rejects.toMatchObject({ exitCode: 64 });
});

test('a faulty recipe is reported with line and column', () => {
  const text = 'kind: guest\nrelease: buster\nkernel: linux-image-cloud-amd64\npackages: [Bash]\n';
  expect(() => parseText('demo.image.yml', text, recipeSchema)).toThrow(
    /demo\.image\.yml:2:10[\s\S]*demo\.image\.yml:4:12/,
  );
});

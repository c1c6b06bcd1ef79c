// SPDX-License-Identifier: GPL-2.0-only
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureBuildRoot, runInRoot } from '../../src/image/buildroot.ts';
import { buildOnce, builtFolder } from '../../src/image/cache.ts';
import { run } from '../../src/image/command.ts';
import { readLock } from '../../src/image/lock.ts';
import { fetchPackages, poolFile } from '../../src/image/pool.ts';
import { compiledFiles } from '../../src/image/source.ts';

const quiet = () => undefined;
const sources = 'lab/module';
const kernels = ['bookworm', 'trixie', 'trixie-backports'];

/** A copy of the module's own sources, with a change if there is one. */
async function copySources(change?: { file: string; append: string }): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'miglab-static-'));
  const isModules = (file: string) => !/^(selftest|states|fuzz|race)\//.test(file);
  for (const file of (await compiledFiles(sources)).filter(isModules))
    await cp(join(sources, file), join(work, 'module', file));
  await cp('test/lab/checkpatch.conf', join(work, 'module/.checkpatch.conf'));
  if (change) {
    const path = join(work, 'module', change.file);
    await writeFile(path, (await readFile(path, 'utf8')) + change.append);
  }
  return work;
}

/** Lines that tell of the module's own files; headers of the kernel are its maintainers' matter. */
const ownLines = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) => /(?:^|\/build\/module\/|\s)[\w/]*\w\.[ch]:\d+/.test(line) && !/\/usr\/src\//.test(line),
    );

/** Compiles with W=1 and looks at each file with sparse; of a change, at the file that has it. */
async function compile(image: string, change?: { file: string; append: string }): Promise<string[]> {
  const root = await ensureBuildRoot(image, await readLock(image), quiet);
  const work = await copySources(change);
  const what = change ? change.file.replace(/c$/, 'o') : 'modules';
  const script = `make -j2 -C /lib/modules/*/build M=/build/module W=1 C=2 ${what} 2>&1 > /dev/null`;
  const { code, stdout, stderr } = await runInRoot(root, work, script);
  const lines = ownLines(stdout + stderr);
  return code === 0 || lines.length > 0 ? lines : [stderr.slice(-2000)];
}

/** checkpatch.pl and its word lists, out of the kernel's source that the debug image is made of. */
async function checkpatch(): Promise<string> {
  const source = (await readLock('trixie-debug')).build.find(({ name }) => name.startsWith('linux-source-'));
  if (!source) throw new Error('no kernel source is locked');
  return buildOnce(
    builtFolder('roots', `checkpatch-${source.sha256.slice(0, 40)}`),
    'checkpatch',
    quiet,
    async (into) => {
      await fetchPackages('trixie-debug', [source], quiet);
      const files = ['checkpatch.pl', 'spelling.txt', 'const_structs.checkpatch'].map(
        (each) => `${source.name}/scripts/${each}`,
      );
      const tar = `./usr/src/${source.name}.tar.xz`;
      const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -xO ${tar} | tar -xJ -C "$2" --strip-components=2 ${files.join(' ')}`;
      const { code, stderr } = await run(['sh', '-c', unpack, 'sh', poolFile(source), into]);
      if (code !== 0) throw new Error(stderr);
    },
  );
}

async function style(change?: { file: string; append: string }): Promise<string[]> {
  const root = await ensureBuildRoot('trixie', await readLock('trixie'), quiet);
  const work = await copySources(change);
  await cp(await checkpatch(), join(work, 'scripts'), { recursive: true });
  const script =
    'cd module; perl /build/scripts/checkpatch.pl --terse -f $(find . -name "*.[ch]" | sort) || :';
  // On its standard error it misses a tree of the kernel and languages, which it does not need for this.
  const { stdout } = await runInRoot(root, work, script);
  return stdout.split('\n').filter(Boolean);
}

test.each(kernels)(
  'on %s the module compiles without a warning of W=1, and sparse has nothing to say',
  async (image) => {
    expect(await compile(image)).toEqual([]);
  },
  400_000,
);

test('a warning of W=1 is noticed', async () => {
  const append = '\nint tcpmig_nobody_declares_this(void)\n{\n\treturn 0;\n}\n';
  const lines = await compile('trixie', { file: 'flush.c', append });
  expect(lines.join('\n')).toMatch(/flush\.c:\d+.*no previous prototype/);
}, 400_000);

// The locked sparse says nothing of this with the headers of 7.2: what it says there counts for less.
test.each(['bookworm', 'trixie'])(
  'on %s a pointer of a program that is taken for one of the kernel is noticed',
  async (image) => {
    const append =
      '\nint tcpmig_wrong(int __user *at);\nint tcpmig_wrong(int __user *at)\n{\n\treturn *at;\n}\n';
    const lines = await compile(image, { file: 'flush.c', append });
    expect(lines.join('\n')).toMatch(/flush\.c:\d+.*dereference of noderef expression/);
  },
  400_000,
);

test('checkpatch has nothing to say', async () => {
  expect(await style()).toEqual([]);
}, 400_000);

test('what checkpatch does not like is noticed', async () => {
  const lines = await style({ file: 'flush.c', append: 'static int x=0 ;\n' });
  expect(lines.join('\n')).toMatch(/flush\.c:\d+: ERROR:SPACING/);
}, 400_000);

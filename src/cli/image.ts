// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { ExitCode } from '../fault.ts';
import { listImages } from '../image/catalogue.ts';
import { ensureGuest } from '../image/guest.ts';
import { ensureQemu } from '../image/qemu.ts';
import { readRecipe } from '../image/recipe.ts';
import type { Report } from '../image/report.ts';
import { checkReproducible } from '../image/reproducible.ts';
import { relock } from '../image/resolve.ts';
import { ensureTools } from '../image/tools.ts';
import { exporting, importing } from './image-archive.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export function image(program: Command): void {
  const group = program.command('image').description('images of guests and of QEMU');
  list(group);
  build(group);
  exporting(group);
  importing(group);
}

const list = (group: Command) =>
  group
    .command('list')
    .description('recipes, and what is built of them')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  miglab image list\n')
    .action(async (options) => {
      const images = await listImages();
      if (options.json) return printJson(images);
      for (const { recipe, kind, release, state, kernelRelease, size } of images)
        print(
          [
            recipe.padEnd(18),
            kind.padEnd(6),
            release.padEnd(9),
            state.padEnd(10),
            kernelRelease ?? '',
            megabytes(size),
          ]
            .join(' ')
            .trimEnd(),
        );
    });

const megabytes = (bytes: number | undefined) =>
  bytes === undefined ? '' : `${(bytes / 1e6).toFixed(0)} MB`;

const build = (group: Command) =>
  group
    .command('build')
    .description('build an image, and the module and tools for it')
    .argument('[recipe]', 'a name of images/', 'trixie')
    .option('--relock', "take the mirror's versions of today and write them into the lock")
    .option('--check', 'build twice in different folders and compare every byte; exit code 1 if they differ')
    .option('--json', 'print what was built as JSON')
    .addHelpText('after', '\nExamples:\n  miglab image build\n  miglab image build bookworm --check\n')
    .action(async (recipe: string, options) => {
      const shown = progress(options.json);
      if (options.relock) await relock(recipe, shown.report);
      if (options.check) return compare(recipe, options.json, shown);
      const { lines, result } = await buildOne(recipe, shown.report);
      shown.end();
      if (options.json) printJson(result);
      else lines.forEach(print);
    });

async function buildOne(recipe: string, report: Report) {
  if ((await readRecipe(recipe)).kind === 'tools') {
    const qemu = await ensureQemu(report);
    return { result: { qemu }, lines: [`${recipe}: QEMU ${qemu.version}, image ${qemu.hash.slice(0, 12)}`] };
  }
  const guest = await ensureGuest(recipe, report);
  const tools = await ensureTools(guest, {}, report);
  const hashes = `image ${guest.hash.slice(0, 12)}, module ${tools.moduleHash.slice(0, 12)}`;
  return { result: { guest, tools }, lines: [`${recipe}: ${guest.kernelRelease}, ${hashes}`] };
}

async function compare(recipe: string, json: boolean, shown: ReturnType<typeof progress>): Promise<void> {
  const parts = await checkReproducible(recipe, shown.report);
  shown.end();
  if (json) printJson(parts);
  else
    for (const { part, first, same } of parts)
      print(`${same ? 'same     ' : 'DIFFERENT'} ${part.padEnd(20)} ${first.slice(0, 16)}`);
  process.exitCode = parts.every(({ same }) => same) ? ExitCode.good : ExitCode.checkFailed;
}

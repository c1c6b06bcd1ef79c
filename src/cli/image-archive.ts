// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { exportImage } from '../image/export.ts';
import { importImage } from '../image/import.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export const exporting = (group: Command) =>
  group
    .command('export')
    .description('write an image with QEMU, module and tools into one file, for a machine without network')
    .argument('[recipe]', 'a guest of images/', 'trixie')
    .requiredOption('-o, --output <FILE>', 'the archive (a tar, about 270 MB)')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExample:\n  miglab image export trixie -o trixie.tar\n')
    .action(async (recipe: string, options) => {
      const shown = progress(options.json);
      const archive = await exportImage(recipe, options.output, shown.report);
      shown.end();
      if (options.json) return printJson(archive);
      const { image, file, size, sha256 } = archive;
      print(`${image}: ${file}, ${(size / 1e6).toFixed(0)} MB, SHA-256 ${sha256}`);
    });

export const importing = (group: Command) =>
  group
    .command('import')
    .description('verify such a file and put it into the cache; after that `up` and `run` need no network')
    .argument('<file>', 'what `image export` of the same miglab wrote')
    .option('--json', 'print what was imported as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  miglab image import trixie.tar && miglab up\n\nThe archive holds programs that miglab will run: compare its SHA-256 with the one that the export printed.',
    )
    .action(async (file: string, options) => {
      const shown = progress(options.json);
      const imported = await importImage(file, shown.report);
      shown.end();
      if (options.json) return printJson(imported);
      const { image, sha256, placed, present } = imported;
      print(`${image}: ${placed.length} parts imported, ${present.length} were there; SHA-256 ${sha256}`);
    });

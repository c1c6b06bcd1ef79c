// SPDX-License-Identifier: GPL-2.0-only
import type { Command } from 'commander';
import { listImages } from '../image/catalogue.ts';
import { ensureGuest } from '../image/guest.ts';
import { ensureTools } from '../image/tools.ts';
import { print, printJson } from './output.ts';
import { progress } from './progress.ts';

export function image(program: Command): void {
  const group = program.command('image').description('images of guests and of QEMU');
  group
    .command('list')
    .description('recipes, and what is built of them')
    .option('--json', 'print as JSON')
    .action(async (options) => {
      const images = await listImages();
      if (options.json) return printJson(images);
      for (const each of images)
        print(
          Object.values(each)
            .map((value) => String(value ?? '-'))
            .join('  '),
        );
    });
  group
    .command('build')
    .description('build an image, and the module and tools for it')
    .argument('[recipe]', 'a name of images/', 'trixie')
    .option('--json', 'print what was built as JSON')
    .action(async (recipe: string, options) => {
      const shown = progress(options.json);
      const guest = await ensureGuest(recipe, shown.report);
      const tools = await ensureTools(guest, {}, shown.report);
      shown.end();
      if (options.json) return printJson({ guest, tools });
      print(
        `${recipe}: ${guest.kernelRelease}, image ${guest.hash.slice(0, 12)}, module ${tools.moduleHash.slice(0, 12)}`,
      );
    });
}

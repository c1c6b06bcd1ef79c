// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ExitCode, Fault } from '../fault.ts';
import { packagePath } from '../package.ts';
import { readDocument } from '../spec/document.ts';

export const imagesFolder = packagePath('images');

const packageName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9+.-]+(\/[a-z0-9-]+)?$/, 'expected a Debian package, or package/suite');
const packages = z.array(packageName).min(1);
const suite = z.enum(['bookworm', 'bookworm-backports', 'trixie', 'trixie-backports']);
const modules = z.array(z.string().regex(/^[a-z0-9_]+$/, 'expected a module name with _'));
const shared = {
  release: z.enum(['bookworm', 'trixie']).describe('Of Debian.'),
  suites: z
    .array(suite)
    .min(1)
    .optional()
    .describe('That packages may come from; the release alone if absent.'),
  packages: packages.describe("Debian packages; package/suite takes that suite's version."),
  assumed: z
    .array(packageName)
    .default([])
    .describe('Dependencies that are taken as met, so that they stay out of the image.'),
};

const kernelSource = z
  .strictObject({
    source: packageName.describe('Package of the source.'),
    config: z
      .string()
      .regex(/^[a-z0-9.-]+\.config$/, 'expected the name of a .config file in images/')
      .describe('File beside the recipe; what it does not name is off.'),
    arguments: z
      .array(z.string().regex(/^\S+$/, 'expected a word without spaces'))
      .default([])
      .describe("More of the kernel's command line."),
    memory_mb: z.int().min(256).max(65536).describe('What a machine has at least, MiB.'),
  })
  .describe("A kernel that is compiled from Debian's source, with a configuration of ours.");
export type KernelSource = z.infer<typeof kernelSource>;

export const recipeSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('tools').describe('What runs on the host: QEMU itself.'),
      ...shared,
    }),
    z.strictObject({
      kind: z.literal('guest').describe('What machines boot.'),
      ...shared,
      kernel: z
        .union([packageName, kernelSource])
        .describe("The kernel's package, or a source that it is compiled from."),
      modules: z
        .strictObject({
          boot: modules.describe('Loaded at boot.'),
          more: modules.describe('Loaded on demand.'),
        })
        .describe('Kernel modules that the image keeps, with those they depend on. All others stay out.'),
      build: z
        .strictObject({ packages: packages.describe('Compiler and headers.') })
        .describe('What the module and the tools are compiled with.'),
    }),
  ])
  .meta({
    title: 'recipe',
    description: 'What an image is made of: images/NAME.image.yml (docs/images.md).',
  });

/** What a recipe file says, and its name. */
export type Recipe = z.infer<typeof recipeSchema> & { name: string };
export type GuestRecipe = Extract<Recipe, { kind: 'guest' }>;

const recipeFile = (name: string) => join(imagesFolder, `${name}.image.yml`);

export async function recipeNames(): Promise<string[]> {
  const files = await readdir(imagesFolder);
  return files.flatMap((file) => /^(.+)\.image\.yml$/.exec(file)?.[1] ?? []).sort();
}

/** @throws Fault (64) for an unknown name or a faulty file. */
export async function readRecipe(name: string): Promise<Recipe> {
  const names = await recipeNames();
  if (!names.includes(name))
    throw new Fault(ExitCode.usage, `no image recipe "${name}"`, `There are: ${names.join(', ')}.`);
  return { name, ...(await readDocument(recipeFile(name), recipeSchema)) };
}

export async function readGuestRecipe(name: string): Promise<GuestRecipe> {
  const recipe = await readRecipe(name);
  if (recipe.kind !== 'guest')
    throw new Fault(ExitCode.usage, `image recipe "${name}" is of kind ${recipe.kind}, not a guest`);
  return recipe;
}

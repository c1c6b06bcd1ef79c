// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';
import type { Node } from './cpio.ts';

/** A kernel module as its .modinfo section describes it. */
export interface KernelModule {
  name: string;
  /** Below lib/modules/RELEASE. */
  file: string;
  content: Buffer;
}

/** The values of one key in a module's .modinfo section, which holds NUL-terminated `key=value`. Pure. */
export function moduleInfo(content: Buffer, key: string): string[] {
  const values: string[] = [];
  const needle = Buffer.from(`\0${key}=`);
  for (let at = content.indexOf(needle); at >= 0; at = content.indexOf(needle, at + 1)) {
    const from = at + needle.length;
    values.push(content.toString('latin1', from, content.indexOf(0, from)));
  }
  return values;
}

export const moduleName = (file: string): string =>
  (file.split('/').pop() ?? '').replace(/\.ko(\.xz)?$/, '').replace(/-/g, '_');

/** The lists by which modprobe finds modules, as depmod(8) writes them. Pure. */
export function moduleLists(release: string, modules: readonly KernelModule[]): Node[] {
  const byName = new Map(modules.map((each) => [each.name, each]));
  const folder = `usr/lib/modules/${release}`;
  const dependencies = modules.map(({ file, name }) => {
    const needed = closure(name, (each) => directDependencies(byName.get(each)));
    return `${file}:${needed
      .slice(1)
      .map((each) => ` ${byName.get(each)?.file}`)
      .join('')}\n`;
  });
  const aliases = modules.flatMap(({ name, content }) =>
    moduleInfo(content, 'alias').map((alias) => `alias ${alias} ${name}\n`),
  );
  const text = (name: string, content: string): Node => ({
    type: 'file',
    path: `${folder}/${name}`,
    mode: 0o644,
    content,
  });
  return [
    ...modules.map(
      ({ file, content }): Node => ({ type: 'file', path: `${folder}/${file}`, mode: 0o644, content }),
    ),
    text('modules.dep', dependencies.join('')),
    text('modules.alias', aliases.join('')),
    text('modules.symbols', ''),
  ];
}

const directDependencies = (module: KernelModule | undefined): string[] =>
  module
    ? moduleInfo(module.content, 'depends')
        .flatMap((value) => value.split(','))
        .filter(Boolean)
        .map((name) => name.replace(/-/g, '_'))
    : [];

/**
 * The wanted modules and all they depend on. `load` gives a module's uncompressed bytes; a wanted one that is not a
 * file is built into the kernel or unknown.
 */
export async function chooseModules(
  wanted: readonly string[],
  files: readonly string[],
  builtin: ReadonlySet<string>,
  load: (file: string) => Promise<Buffer>,
): Promise<KernelModule[]> {
  const byName = new Map(files.map((file) => [moduleName(file), file]));
  const chosen = new Map<string, KernelModule>();
  const queue = [...wanted];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (chosen.has(name) || builtin.has(name)) continue;
    const file = byName.get(name);
    if (!file) throw new Fault(ExitCode.usage, `the kernel package has no module "${name}"`);
    const module = { name, file: file.replace(/\.xz$/, ''), content: await load(file) };
    chosen.set(name, module);
    queue.push(...directDependencies(module));
  }
  return [...chosen.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** `first` and everything it needs; each comes before what it needs itself, as modprobe expects. */
function closure(first: string, next: (name: string) => string[]): string[] {
  const loaded = new Set<string>();
  const visit = (name: string) => {
    for (const each of next(name)) if (!loaded.has(each)) visit(each);
    loaded.add(name);
  };
  visit(first);
  return [...loaded].reverse();
}

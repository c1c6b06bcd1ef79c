// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file or folder of the package: this file is one level below its root, compiled or not. */
export const packagePath = (...below: string[]): string =>
  fileURLToPath(new URL(['..', ...below].join('/'), import.meta.url));

/** A checkout has the tests and the compiler; a package that was installed has neither. */
export const isCheckout = (): boolean => existsSync(packagePath('tsconfig.json'));

export const packageVersion = (): string =>
  JSON.parse(readFileSync(packagePath('package.json'), 'utf8')).version;

/** Where the source of a package stood when it was packed; written by src/packing/build.js. */
export const sourceStateFile = packagePath('dist', 'source.json');

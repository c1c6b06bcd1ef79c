// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What is made, fetched or measured here is not of the repository. */
const foreign = ['.git', 'dist', 'node_modules', 'results'];

/** Every YAML file of the repository. */
export const yamlFiles = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !foreign.includes(entry.name))
  .flatMap(({ name }) =>
    readdirSync(name, { recursive: true, encoding: 'utf8' }).map((file) => join(name, file)),
  )
  .filter((file) => /\.ya?ml$/.test(file));

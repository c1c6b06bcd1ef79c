// SPDX-License-Identifier: GPL-2.0-only
// Before `npm pack`: writes dist/, the program as JavaScript with its types, so that who installs the package needs no
// compiler. A checkout never runs it.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = `${root}src`;
const compiled = `${root}dist`;

rmSync(compiled, { recursive: true, force: true });
const compiler = `${root}node_modules/typescript/bin/tsc`;
const { status } = spawnSync(process.execPath, [compiler, '-p', `${source}/packing`], {
  stdio: ['ignore', 2, 2],
});
if (status !== 0) {
  rmSync(compiled, { recursive: true, force: true });
  process.exit(1);
}
// Styles and scripts of the report stand beside the code that reads them.
cpSync(source, compiled, {
  recursive: true,
  filter: (path) => !/\.ts$|\/(cli\/\w+\.js|packing)$/.test(path),
});
const { sourceState } = await import('../../dist/run/source-state.js');
writeFileSync(`${compiled}/source.json`, `${JSON.stringify(await sourceState())}\n`);

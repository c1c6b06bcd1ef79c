// SPDX-License-Identifier: GPL-2.0-only
// First step of `npm run reproduce` and `npm test`: installs the npm packages when they are missing, then hands over to
// miglab itself. Plain JavaScript without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const argv = process.argv.slice(2);
const agreed = argv.includes('--yes') || process.env.CI === 'true';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`miglab: Node.js ${process.versions.node} is too old; 20.19 or newer is needed.`);
  process.exit(69);
}

if (!upToDate()) {
  console.error('miglab: npm packages are missing (npm ci, about 60 MB to download).');
  if (!agreed && !(await confirmed())) {
    console.error('miglab: nothing was installed. Run `npm ci`, or add --yes.');
    process.exit(69);
  }
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error('miglab: `npm ci` failed; its output above says why.');
    process.exit(69);
  }
}

const { main } = await import('./miglab.js');
process.exit(await main(argv));

/** npm writes what it installed beside the packages; it must be what the lock asks for. */
function upToDate() {
  const installed = `${root}/node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === '' || optional || present[name]?.version === version,
  );
}

async function confirmed() {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Install them now? [Y/n] ');
  terminal.close();
  return !/^n/i.test(answer.trim());
}

// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { ExitCode, Fault } from '../fault.ts';
import type { HostPackage } from '../host/packages.ts';
import { hostPackages } from '../image/host.ts';
import { isCheckout, packagePath } from '../package.ts';
import { prepareGround } from '../run/ground.ts';
import { progress } from './progress.ts';
import { provision } from './provision.ts';

/** What only the tests run. */
const testPackages: HostPackage[] = [
  { program: 'tshark', package: 'tshark', why: 'the reference that captures are checked against, in tests' },
  { program: 'chromium', package: 'chromium', why: 'shows the page of a report, in tests' },
  { program: 'python3', package: 'python3', why: "serves the guests' programs, in tests of theirs" },
  { program: 'git', package: 'git', why: 'lists what a package of the project must hold, in tests' },
];

export const test = (program: Command) =>
  program
    .command('test')
    .description('install what is missing, then run the tests')
    .argument('[filter...]', 'paths or parts of paths of test files')
    .option('--yes', 'install and download without asking')
    .addHelpText('after', '\nExample:\n  miglab test test/unit\n')
    .action(async (filter: string[], options) => {
      if (!isCheckout())
        throw new Fault(
          ExitCode.usage,
          'an installed package has no tests',
          "They are in the repository's checkout: npm test",
        );
      await provision([...hostPackages, ...testPackages], options.yes || process.env.CI === 'true');
      const shown = progress();
      await prepareGround('trixie', shown.report);
      shown.end();
      const vitest = spawn(
        process.execPath,
        [packagePath('node_modules', 'vitest', 'vitest.mjs'), 'run', ...filter],
        { cwd: packagePath(), stdio: 'inherit' },
      );
      const [code] = await once(vitest, 'exit');
      process.exitCode = code ?? 1;
    });

// SPDX-License-Identifier: GPL-2.0-only
import { createInterface } from 'node:readline/promises';
import { $ } from 'zx';
import { ExitCode, Fault } from '../fault.ts';
import {
  findProgram,
  type HostPackage,
  hostSystem,
  installCommand,
  isRoot,
  missingPrograms,
  planInstall,
} from '../host/packages.ts';
import { whatIsMissing } from '../image/plan.ts';

const note = (line: string) => void process.stderr.write(`${line}\n`);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/**
 * Makes the host ready: prints what is to be installed and downloaded with its sizes, asks, installs.
 *
 * @param agreed do not ask
 * @throws Fault (69) when the user says no, or may not install; it names the packages and the one command
 */
export async function provision(wanted: readonly HostPackage[], agreed: boolean): Promise<void> {
  const missing = missingPrograms(wanted);
  if (missing.length > 0) await install(missing, agreed);
  const { downloads, builds, seconds } = await whatIsMissing();
  if (downloads.length === 0) return;
  note("To be downloaded into the cache, from the host's Debian mirror:");
  for (const { what, packages, bytes } of downloads)
    note(`  ${what}: ${packages} packages, ${megabytes(bytes)}`);
  if (builds.length > 0)
    note(`To be built there: ${builds.join(', ')}; in all about ${Math.ceil(seconds / 60)} min`);
  await ask(agreed, 'Download and build');
}

async function install(missing: readonly HostPackage[], agreed: boolean): Promise<void> {
  const system = hostSystem();
  const names = [...new Set(missing.map((each) => each.package))];
  if (!findProgram('apt-get'))
    throw new Fault(
      ExitCode.hostLacks,
      `${system.pretty || 'this system'} lacks ${missing.map(({ program }) => program).join(', ')}`,
      'miglab is made for Debian 12 and 13; miglab doctor says what each program is for.',
    );
  note('System packages that are missing:');
  for (const each of missing) note(`  ${each.package}: ${each.why}`);
  let plan = await planInstall(names);
  const remedy = `As root: ${plan ? '' : 'apt-get update && '}${installCommand(missing)}`;
  if (!isRoot() && !findProgram('sudo'))
    throw new Fault(ExitCode.hostLacks, 'installing system packages needs root', remedy);
  if (!plan) {
    await becomeRoot(['apt-get', 'update'], remedy);
    plan = await planInstall(names);
  }
  if (!plan)
    throw new Fault(
      ExitCode.hostLacks,
      `apt finds no packages ${names.join(' ')}`,
      'Check the sources of apt.',
    );
  note(
    `apt would install ${plan.packages.length} packages (${megabytes(plan.bytes)}): ${plan.packages.join(' ')}`,
  );
  await ask(agreed, 'Install them');
  await becomeRoot(plan.command, remedy);
  const still = missingPrograms(missing);
  if (still.length > 0)
    throw new Fault(ExitCode.hostLacks, `still missing: ${still.map(({ program }) => program).join(', ')}`);
}

async function becomeRoot(command: readonly string[], remedy: string): Promise<void> {
  const words = [...(isRoot() ? [] : ['sudo']), 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
  const done = await $({ nothrow: true, stdio: ['inherit', process.stderr, process.stderr] })`${words}`;
  if (done.exitCode !== 0)
    throw new Fault(
      ExitCode.hostLacks,
      `${command.slice(0, 2).join(' ')} failed; its output above says why`,
      remedy,
    );
}

async function ask(agreed: boolean, what: string): Promise<void> {
  if (agreed) return;
  if (!process.stdin.isTTY)
    throw new Fault(
      ExitCode.hostLacks,
      'nothing was installed: there is no terminal to ask on',
      'Add --yes to agree beforehand.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${what}? [Y/n] `);
  terminal.close();
  if (/^n/i.test(answer.trim())) throw new Fault(ExitCode.hostLacks, 'nothing was installed, as you wished');
}
